"""The generic form: a JSON object, as `message_schema` has it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from query_service.observer.alerts.episode import Episode, rank
from query_service.observer.alerts.message_schema import MOST_BELOW
from query_service.observer.alerts.notices import Known, Notice


def body(notices: Sequence[Notice], as_of: datetime, more: int) -> dict[str, Any]:
    """The message."""
    return {
        "version": 1,
        "source": "agent-telemetry",
        "as_of": stamp(as_of),
        "notices": [_notice(one) for one in notices],
        "more": more,
    }


def ordered(below: Sequence[Known]) -> list[Episode]:
    """What comes of a root: what is still there before what is over, the worst first."""
    return sorted(
        (one.episode for one in below),
        key=lambda one: (not one.is_open, rank(one.severity), one.kind, one.key),
    )


def stamp(time: datetime) -> str:
    """A time as RFC 3339 has it."""
    return f"{time.astimezone(UTC).replace(tzinfo=None).isoformat()}Z"


def _notice(one: Notice) -> dict[str, Any]:
    below = ordered(one.below)
    return {
        "key": one.key,
        "event": one.event.value,
        "severity": one.severity,
        "finding": _finding(one.root.episode),
        "consequences": [
            {
                "id": each.finding_id,
                "kind": each.kind,
                "severity": each.severity,
                "title": each.title,
                "agents": each.agents,
                "state": "open" if each.is_open else "resolved",
            }
            for each in below[:MOST_BELOW]
        ],
        "consequences_omitted": max(0, len(below) - MOST_BELOW),
    }


def _finding(one: Episode) -> dict[str, Any]:
    same = ("kind", "subject", "severity", "worst_severity", "confidence", "title", "agents")
    return {
        "id": one.finding_id,
        **{name: getattr(one, name) for name in same},
        "opened_at": stamp(one.opened_at),
        "resolved_at": one.resolved_at and stamp(one.resolved_at),
        "first_seen": stamp(one.first_seen),
        "last_seen": stamp(one.last_seen),
        "evidence": {"figures": dict(one.figures), "facts": dict(one.facts)},
        "tasks": {"ids": one.task_ids, "total": one.tasks},
        "traces": {"ids": one.trace_ids, "total": one.traces},
        "errors": {"ids": one.error_ids, "total": one.errors},
        "suggested_actions": one.suggested_actions,
    }
