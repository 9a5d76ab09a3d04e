"""Findings as the observer keeps them."""

from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.diagnose.finding import SEVERITIES
from query_service.models.values import iso, or_none, utc

_SAME = ("kind", "subject", "confidence", "title", "agents", "suggested_actions")


def kept_finding(row: Row, at: datetime) -> dict[str, Any]:
    """An episode: its state and severity as they were at a time, the rest as it was last found."""
    resolved = row["resolved_at"]
    is_open = resolved is None or utc(resolved) > at
    times = zip(row["severity_times"], row["severities"], strict=True)
    had = [severity for time, severity in times if utc(time) <= at] or [row["severity"]]
    return {
        "id": row["finding_id"],
        "state": "open" if is_open else "resolved",
        "opened_at": iso(row["opened_at"]),
        "checked_at": iso(row["checked_at"]),
        "resolved_at": None if is_open else iso(resolved),
        "severity": had[-1],
        "worst_severity": min(had, key=SEVERITIES.index),
        **{name: row[name] for name in _SAME},
        "caused_by": or_none(row["caused_by"]),
        "first_seen": iso(row["first_seen"]),
        "last_seen": iso(row["last_seen"]),
        "evidence": {"figures": row["figures"], "facts": row["facts"]},
        "tasks": {"ids": row["task_ids"], "total": row["tasks"]},
        "traces": {"ids": row["trace_ids"], "total": row["traces"]},
        "errors": {"ids": row["error_ids"], "total": row["errors"]},
    }


def notice(row: Row) -> dict[str, Any]:
    """What was told of an episode, or could not be."""
    return {
        "opened_at": iso(row["opened_at"]),
        "event": row["event"],
        "detail": or_none(row["detail"]),
        "part_of": or_none(row["part_of"]),
        "severity": row["severity"],
        "destination": row["destination"],
        "outcome": row["outcome"],
        "reason": or_none(row["reason"]),
        "tried_at": iso(row["tried_at"]),
    }
