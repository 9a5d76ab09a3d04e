"""Traces: what their record says, and what their spans show."""

from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.models.handoff import handoff
from query_service.models.span import span
from query_service.models.values import iso, or_none, record

MOST_SPANS = 100
MOST_HANDOFFS = 100
LONGEST_PREVIEW = 200
_LONG = ("user_input", "final_output")


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


def _trace(row: Row, spans: list[dict[str, Any]], handoffs: list[Row]) -> dict[str, Any]:
    """A Trace: what the record leaves empty (root agent, counts) is filled in from the spans."""
    took = row["duration_ns"]
    seen: dict[str, Any] = {
        "trace_id": row["trace_id"],
        "session_id": or_none(row["session_id"]),
        "user_id": or_none(row["user_id"]),
        "root_agent_id": row["root_agent_id"],
        "root_agent_name": row["root_agent_name"],
        "spans": spans,
        "handoffs": [handoff(r) for r in handoffs],
        "start_time": iso(row["start_time"]),
        "end_time": iso(row["ended_at"]),
        "total_duration_ms": None if took is None else took / 1e6,
        "total_tokens": row["total_tokens"],
        "total_cost": row["cost"],
        "agent_count": row["agent_count"],
        "tool_call_count": row["tool_calls"],
        "llm_call_count": row["llm_calls"],
        "status": row["status"],
        "error_message": or_none(row["error_message"]),
        "user_input": or_none(row["user_input"]),
        "final_output": or_none(row["final_output"]),
        "metadata": {},
    }
    recorded = record(row["record"]) if row["record"] else {}
    said = {key: value for key, value in recorded.items() if value not in (None, "", 0)}
    said |= {key: recorded[key] for key in recorded if seen.get(key) in (None, "", 0)}
    beside = {key: row[key] for key in ("span_count", "open_spans", "failed_spans")}
    beside |= {"agents": row["agents"], "models": row["models"]}
    shown = {**beside, **seen, **said, "handoffs": seen["handoffs"], "status": row["status"]}
    shown["spans_omitted"] = row["span_count"] - len(spans)
    if recorded.get("status", row["status"]) != row["status"]:
        shown["recorded_status"] = recorded["status"]
    return shown


def listed(
    row: Row, span_rows: list[Row], handoffs: list[Row] | None, at: datetime
) -> dict[str, Any]:
    """A Trace of a list with its first spans and handoffs; `handoffs` are None if nobody asked.

    What the user asked and what came out are cut to 200 characters.
    """
    known = handoffs or []
    shown = _trace(row, [span(r, at) for r in span_rows], known[:MOST_HANDOFFS])
    shown["handoffs_omitted"] = None if handoffs is None else max(len(known) - MOST_HANDOFFS, 0)
    cut = {key: shown[key] for key in _LONG if isinstance(shown.get(key), str)}
    return shown | {key: text[:LONGEST_PREVIEW] for key, text in cut.items()}


def trace(
    row: Row, span_rows: list[Row], spans: list[dict[str, Any]], handoffs: list[Row]
) -> dict[str, Any]:
    """A Trace with its first whole spans, and with the whole of what was asked and came out."""
    failed = next((r for r in span_rows if r["span_id"] == row["failed_span_id"]), None)
    whole = {
        "user_input": _user_input(spans),
        "final_output": _final_output(spans, row["root_agent_id"]),
        "error_message": failed["error_message"] if failed else None,
    }
    found = {key: text for key, text in whole.items() if text}
    return _trace(row | found, spans[:MOST_SPANS], handoffs)
