"""The researcher finds sentences about a topic in a small corpus."""

import re

import agent_sdk
from agent_sdk.sample_agents.model import ask
from agent_sdk.sample_agents.runner import Payload, serve

CORPUS = (
    "Kafka keeps records in partitions, and the order holds within one partition only.",
    "A consumer group in Kafka shares the partitions of a topic among its members.",
    "Kafka keeps a committed offset for each group, so that a reader goes on where it stopped.",
    "A trace is a tree of spans; the trace context travels in the headers of a message.",
    "Spans in a trace are sent when they end, so a trace of running work has gaps.",
    "Links in a trace tie a span to another one that is not its parent.",
    "Retries need a pause that grows, or they make an overloaded service worse.",
    "Retries of a task need a count of attempts, or nobody sees that they go on for ever.",
    "Idempotent handlers make retries harmless: the same message twice has one effect.",
    "Backpressure tells a fast sender that the receiver is slower.",
    "Without backpressure a queue grows until memory or disk is full.",
    "Backpressure by a bounded queue turns a hidden delay into an error that is seen.",
)
_MOST = 3


def search(query: str) -> list[str]:
    """The sentences that share the most words with `query`, best first."""
    words = set(re.findall(r"[a-z]+", query.lower()))
    scored = [
        (len(words & set(re.findall(r"[a-z]+", sentence.lower()))), sentence) for sentence in CORPUS
    ]
    found = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])
    return [sentence for _, sentence in found[:_MOST]]


def research(payload: Payload) -> Payload:
    """{topic} -> {findings}."""
    topic = str(payload["topic"])
    with agent_sdk.tool("search_corpus", {"query": topic}) as call:
        findings = search(topic)
        call.result(findings)
    if not findings:
        raise LookupError(f"nothing is known about {topic!r}")
    note = ask(f"In one sentence, what follows from: {' '.join(findings)}", otherwise="")
    return {"findings": [*findings, note] if note else findings}


def main() -> None:
    """Run the agent until it is stopped."""
    serve("researcher", research)
