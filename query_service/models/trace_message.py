"""Messages of a trace, and the row of a trace that is in no list."""

from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.models.span import ended, status
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
_TEXTS = (
    "session_id",
    "user_id",
    "failed_span_id",
    "error_message",
    "user_input",
    "final_output",
    "record",
)
_NOTHING: Row = dict.fromkeys(_COUNTS, 0) | dict.fromkeys(_TEXTS, "") | {"models": [], "cost": None}


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
    state = "completed"
    if any(task["message_id"] not in answers for task in tasks):
        state = "running"
    elif outcome and outcome["message_type"] != "result":
        state = "failed" if outcome["message_type"] == "error" else "cancelled"
    agents = sorted({name for row in messages for name in (row["source"], row["agent"])})
    first, last = messages[0]["sent_at"], messages[-1]["sent_at"]
    is_over = state != "running"
    return _NOTHING | {
        "trace_id": messages[0]["trace_id"],
        "root_agent_id": messages[0]["source"],
        "root_agent_name": messages[0]["source_agent"],
        "start_time": first,
        "ended_at": last if is_over else None,
        "duration_ns": _nanoseconds(first, last) if is_over else None,
        "status": state,
        "agents": agents,
        "agent_count": len(agents),
    }


def row_of_spans(spans: list[Row], at: datetime) -> Row:
    """The row of a trace of this service's own spans, in the order of their starts: they are in no
    list, of which it would take the most."""
    open_spans = [row for row in spans if not ended(row, at)]
    failed = [row for row in spans if status(row, at) == "failed"]
    root = next((row for row in spans if not row["parent_span_id"]), None)
    first = spans[0]["start_time"]
    ends = [row["end_time"] for row in spans if row["end_time"] is not None]
    last = None if open_spans else max(ends, default=first)
    return _NOTHING | {
        "trace_id": spans[0]["trace_id"],
        "root_agent_id": "",
        "root_agent_name": "",
        "start_time": first,
        "ended_at": last,
        "duration_ns": None if last is None else _nanoseconds(first, last),
        "status": "running" if open_spans else status(root, at) if root else "completed",
        "agents": [],
        "agent_count": 0,
        "span_count": len(spans),
        "open_spans": len(open_spans),
        "failed_spans": len(failed),
        "failed_span_id": failed[0]["span_id"] if failed else "",
    }


def _nanoseconds(first: datetime, last: datetime) -> int:
    return round((last - first).total_seconds() * 1e6) * 1000
