"""Messages of a trace, and the trace of which nothing else is known."""

from typing import Any

from query_service.db import Row
from query_service.models.values import iso, or_none

_ANSWERS = ("result", "error", "cancel")
_COUNTS = (
    "span_count",
    "open_spans",
    "failed_spans",
    "llm_calls",
    "tool_calls",
    "total_tokens",
)


def trace_message(row: Row) -> dict[str, Any]:
    """A message without its payload: who sent what to whom, when, and what it answers."""
    return {
        "message_id": row["message_id"],
        "message_type": row["message_type"],
        "source_agent": row["source_agent"],
        "target_agent": row["agent"],
        "parent_message_id": or_none(row["parent_message_id"]),
        "span_id": or_none(row["span_id"]),
        "reason": or_none(row["reason"]),
        "timestamp": iso(row["sent_at"]),
        "deliveries": row["deliveries"],
    }


def row_of_messages(messages: list[Row]) -> Row:
    """The row of a trace without spans: it runs until each of its tasks is answered.

    It failed when the first answer to its first task is an error.
    """
    answers: dict[str, Row] = {}
    for row in messages:
        if row["message_type"] in _ANSWERS:
            answers.setdefault(row["parent_message_id"], row)
    tasks = [row for row in messages if row["message_type"] == "task"]
    outcome = answers.get(tasks[0]["message_id"]) if tasks else None
    status = "completed"
    if any(task["message_id"] not in answers for task in tasks):
        status = "running"
    elif outcome and outcome["message_type"] != "result":
        status = "failed" if outcome["message_type"] == "error" else "cancelled"
    agents = sorted({name for row in messages for name in (row["source"], row["agent"])})
    first, last = messages[0]["sent_at"], messages[-1]["sent_at"]
    is_over = status != "running"
    return dict.fromkeys(_COUNTS, 0) | {
        "trace_id": messages[0]["trace_id"],
        "session_id": "",
        "user_id": "",
        "root_agent_id": messages[0]["source"],
        "root_agent_name": messages[0]["source_agent"],
        "start_time": first,
        "ended_at": last if is_over else None,
        "duration_ns": round((last - first).total_seconds() * 1e6) * 1000 if is_over else None,
        "status": status,
        "agents": agents,
        "agent_count": len(agents),
        "models": [],
        "cost": None,
        "failed_span_id": "",
        "error_message": "",
        "user_input": "",
        "final_output": "",
        "record": "",
    }
