"""Handoffs."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from query_service.db import Row
from query_service.models.values import iso, parse, record, utc

OUTCOMES = {
    "result": "completed",
    "error": "failed",
    "cancel": "cancelled",
    "redrive": "superseded",
}
LONGEST_TTL = 1e9


def handoff(row: Row) -> dict[str, Any]:
    """A Handoff: the record as it came, or made from the task that carried it."""
    if row["handoff_record"]:
        return record(row["handoff_record"], handoff_id=row["handoff_id"])
    return {
        "handoff_id": row["handoff_id"],
        "trace_id": row["trace_id"],
        "source_agent_id": row["source_agent_id"],
        "source_agent_name": row["source_agent_name"],
        "target_agent_id": row["target_agent_id"],
        "target_agent_name": row["target_agent_name"],
        "reason": row["reason"],
        "context": parse(row["context"]),
        "timestamp": iso(row["event_time"]),
    }


def of_task(row: Row) -> Row:
    """A task's record as a handoff."""
    context = {
        "message_id": row["message_id"],
        "queue_topic": row["topic"],
        "priority": row["priority"],
    }
    return {
        "handoff_id": row["message_id"],
        "trace_id": row["trace_id"],
        "source_agent_id": row["source"],
        "source_agent_name": row["source_agent"],
        "target_agent_id": row["agent"],
        "target_agent_name": row["target_agent"],
        "reason": row["reason"],
        "context": json.dumps(context),
        "event_time": row["event_time"],
        "handoff_record": "",
    }


def course(row: Row, now: datetime, consumed: bool, seen: bool, read: Collection[str]) -> Row:
    """What became of the task of a handoff: `outcome` and its times; nothing without a task.

    `consumed`: every group has passed it; `seen`: its queue was looked at within the hour; `read`:
    the topics that somebody reads.
    """
    if not row["topic"]:
        return {"message_id": row["message_id"], "outcome": None}
    sent = utc(row["sent_at"])
    own = [s[0] for s in row["signs"] if s[1] != "process" or s[2] in ("", row["agent"])]
    received = utc(min(own)) if own else None
    first = row["answer_type"]
    answered = utc(row["answered_at"]) if first and first != "redrive" else None
    ttl = row["ttl_seconds"]
    expires = None if ttl is None else sent + timedelta(seconds=min(max(ttl, 0), LONGEST_TTL))
    if first:
        outcome = OUTCOMES[first]
    elif expires and expires <= now:
        outcome = "expired"
    elif received or consumed:
        outcome = "in_progress"
    elif not seen:
        outcome = "unknown"
    else:
        outcome = "queued" if row["topic"] in read else "lost"
    is_skewed = _is_before(sent, received) or _is_before(sent, answered)
    return {
        "message_id": row["message_id"],
        "priority": row["priority"],
        "outcome": outcome,
        "sent_at": iso(sent),
        "received_at": iso(received),
        "consumed": bool(consumed or received or answered),
        "answered_at": iso(answered),
        "answered_by": row["answered_by"] or None if answered else None,
        "answer_message_id": row["answer_message_id"] or None if answered else None,
        "answers": row["answers"],
        "answered_late": bool(answered and expires and answered > expires),
        "pickup_seconds": _seconds(sent, received),
        "duration_seconds": _seconds(sent, answered),
        **({"clock_skew": True} if is_skewed else {}),
    }


def _is_before(start: datetime, end: datetime | None) -> bool:
    return end is not None and end < start


def _seconds(start: datetime, end: datetime | None) -> float | None:
    """How long it took; None when it has not ended, or by another clock ended before it began."""
    if end is None or _is_before(start, end):
        return None
    return (end - start).total_seconds()
