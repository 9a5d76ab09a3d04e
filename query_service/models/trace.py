"""Traces: what their record says, and what their spans show."""

from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.models.handoff import handoff
from query_service.models.span import span
from query_service.models.values import iso, or_none, record

MOST_SPANS = 100


def _user_input(spans: list[dict[str, Any]]) -> str | None:
    """What the user asked: the first user message of the first span that has one."""
    for shown in spans:
        messages = shown.get("messages")
        for message in messages if isinstance(messages, list) else []:
            if isinstance(message, dict) and message.get("role") == "user":
                return str(message.get("content"))
    return None


def _final_output(spans: list[dict[str, Any]], root: str) -> str | None:
    """What came out: the last answer of a model to the root agent."""
    answers = [s["response"] for s in spans if s.get("agent_id") == root and s.get("response")]
    return str(answers[-1]) if answers else None


def trace(row: Row, span_rows: list[Row], handoff_rows: list[Row], at: datetime) -> dict[str, Any]:
    """A Trace with its first spans; beside it `spans_omitted`, and `recorded_status` when the
    record says another status than its spans show.

    What the record leaves empty (root agent, counts) is filled in from the spans.
    """
    spans = [span(r, at) for r in span_rows[:MOST_SPANS]]
    seen: dict[str, Any] = {
        "trace_id": row["trace_id"],
        "session_id": or_none(row["session"]),
        "user_id": or_none(row["user"]),
        "root_agent_id": row["root_agent_id"],
        "root_agent_name": row["root_agent_name"],
        "spans": spans,
        "handoffs": [handoff(r) for r in handoff_rows],
        "start_time": iso(row["started_at"]),
        "end_time": iso(row["ended_at"]),
        "total_duration_ms": row["duration_ms"],
        "total_tokens": row["total_tokens"],
        "total_cost": None,
        "agent_count": row["agent_count"],
        "tool_call_count": row["tool_call_count"],
        "llm_call_count": row["llm_call_count"],
        "status": row["status"],
        "error_message": or_none(row["error_message"]),
        "user_input": _user_input(spans),
        "final_output": _final_output(spans, row["root_agent_id"]),
        "metadata": {},
    }
    recorded = record(row["record"]) if row["record"] else {}
    said = {key: value for key, value in recorded.items() if value not in (None, "", 0)}
    said |= {key: recorded[key] for key in recorded if seen.get(key) in (None, "", 0)}
    shown = {**seen, **said, "handoffs": seen["handoffs"], "status": row["status"]}
    shown["spans_omitted"] = row["span_count"] - len(spans)
    if recorded.get("status", row["status"]) != row["status"]:
        shown["recorded_status"] = recorded["status"]
    return shown
