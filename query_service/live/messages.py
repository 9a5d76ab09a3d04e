"""The messages that a live client gets, in the shapes of the earlier system."""

from collections.abc import Callable
from typing import Any

from query_service.db import Row
from query_service.models.values import iso, or_none, record

Json = dict[str, Any]


def message(row: Row, cursor: str, late: bool) -> Json:
    """The record as it came; what we add stands beside, never in place of what was sent."""
    beside: Json = {"kind": row["kind"], "row_id": f"{row['row_id']:016x}", "cursor": cursor}
    if late:
        beside["late"] = True
    if row["record_bytes"] and not row["record"]:
        beside |= {"truncated": True, "record_bytes": row["record_bytes"]}
    known = {**beside, **_FIELDS[row["kind"]](row)}
    return record(row["record"], **known) if row["record"] else known


def _message(row: Row) -> Json:
    return {
        "type": "agent_queue_message",
        "queue_topic": row["topic"],
        "message_type": row["type"],
        "message_id": row["id"],
        "priority": row["state"],
        "trace_id": or_none(row["trace_id"]),
        "parent_message_id": or_none(row["parent_id"]),
        **_preview(row),
    }


def _event(row: Row) -> Json:
    return {
        "event_id": row["id"],
        "trace_id": row["trace_id"],
        "event_type": row["type"],
        "severity": row["severity"],
        "timestamp": iso(row["event_time"]),
        **_preview(row),
    }


def _error(row: Row) -> Json:
    severity = row["severity"] or "error"
    return {
        "type": "error",
        "event_type": "error_recorded",
        "severity": severity,
        "message": f"[{severity.upper()}] {row['type']}: {row['preview']}",
        "error_id": row["id"],
        "error_type": row["type"],
        "error_message": row["preview"],
        "trace_id": or_none(row["trace_id"]),
        "span_id": or_none(row["parent_id"]),
        "agent_name": or_none(row["agent"]),
        "timestamp": iso(row["event_time"]),
    }


def _handoff(row: Row) -> Json:
    return {"type": "handoff", "handoff_id": row["id"], **_preview(row)}


def _span(row: Row) -> Json:
    status = "failed" if row["severity"] else "completed"
    return {
        "type": "span",
        "trace_id": row["trace_id"],
        "span_id": row["id"],
        "parent_span_id": or_none(row["parent_id"]),
        "span_kind": row["type"],
        "status": status if row["state"] == "ended" else "running",
        "start_time": iso(row["event_time"]),
        "message": row["preview"],
    }


def _trace(row: Row) -> Json:
    return {"type": "trace", "trace_id": row["trace_id"], "status": row["state"]}


def _dead_letter(row: Row) -> Json:
    return {
        "type": "dead_letter",
        "topic": row["topic"],
        "partition": row["partition"],
        "offset": row["offset"],
        "reason": row["type"],
        "severity": row["severity"],
        "timestamp": iso(row["event_time"]),
        "preview": row["preview"],
    }


def _preview(row: Row) -> Json:
    return {} if row["record"] else {"preview": row["preview"]}


_FIELDS: dict[str, Callable[[Row], Json]] = {
    "message": _message,
    "event": _event,
    "error": _error,
    "handoff": _handoff,
    "span": _span,
    "trace_record": _trace,
    "dead_letter": _dead_letter,
}
