"""Words for payloads."""

from random import Random

_WORDS = [
    "consumer",
    "group",
    "offset",
    "queue",
    "broker",
    "retry",
    "trace",
    "span",
    "header",
    "latency",
    "budget",
    "prompt",
    "answer",
    "draft",
    "review",
    "title",
    "chapter",
    "invoice",
    "ledger",
    "customer",
    "refund",
    "ticket",
    "schema",
    "parser",
    "column",
    "index",
    "report",
    "figure",
    "source",
    "citation",
    "summary",
    "outline",
    "module",
    "function",
    "test",
    "branch",
    "release",
    "deploy",
    "metric",
    "alert",
    "threshold",
    "window",
    "partition",
    "replica",
    "leader",
    "session",
    "token",
    "cache",
    "quota",
    "region",
]


def sentence(rng: Random, words: int) -> str:
    """So many words."""
    return " ".join(rng.choices(_WORDS, k=words))


def subject(rng: Random) -> str:
    """What a conversation is about; no two are the same."""
    return f"{sentence(rng, 3)} {rng.randrange(10**6)}"
