"""What to try against an error, by its category; what its reporter suggests comes first."""

from collections.abc import Mapping
from typing import Any

BY_CATEGORY: Mapping[str, tuple[str, ...]] = {
    "llm_error": (
        "See /api/v1/claude/rate-limits: a model at its limit refuses calls",
        "Retry with growing waits, and honour Retry-After",
        "Look at the prompt and the parameters of a failed span",
    ),
    "agent_error": (
        "Read the stack trace of the sample: the top frame of the application is where it broke",
        "See the story of its task: /api/v1/handoffs/{message_id}",
    ),
    "tool_error": (
        "Call the tool with the parameters of the failed span",
        "Give it a timeout, and tell the model of the failure instead of failing the task",
    ),
    "handoff_error": (
        "Check the name of the queue against /api/v1/agents",
        "See what the task waits for: /api/v1/queues/{agent}/pending",
    ),
    "validation_error": (
        "Compare the input of the failed span with what the receiver's schema wants",
        "Validate before sending: the sender sees the error where it can be mended",
    ),
    "timeout_error": (
        "See /api/v1/claude/slow-traces for what the time goes into",
        "Raise the timeout only when the work really takes as long",
    ),
    "resource_error": (
        "See the memory, CPU and restarts of its pods: /api/v1/oracle/workload",
        "Make batches smaller, or raise the limit",
    ),
    "network_error": (
        "Check that the address answers from where the agent runs",
        "Retry with growing waits",
    ),
    "config_error": ("Compare the settings of the failing release with those of the one before",),
    "unknown": ("Read the stack trace of the sample, and see its trace for what came before",),
}
MOST = 5


def suggestions(error: Mapping[str, Any] | None) -> list[str]:
    """For an error as it is stored; None when nothing of it is kept."""
    own = (error or {}).get("suggested_fixes")
    told = [one for one in own if isinstance(one, str)] if isinstance(own, list) else []
    category = str((error or {}).get("category") or "unknown")
    usual = BY_CATEGORY.get(category, BY_CATEGORY["unknown"])
    return list(dict.fromkeys([*told, *usual]))[:MOST]
