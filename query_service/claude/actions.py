"""What to do, in order: the first steps against each root."""

from typing import Any

from query_service.diagnose.causes import Explained

Json = dict[str, Any]
_EACH = 2
_URGENT = ("critical", "high")


def actions(issues: list[Explained], limit: int) -> list[Json]:
    """The first actions against the roots, each once; what comes of a root goes with it."""
    found: dict[str, Json] = {}
    for one in (one.finding for one in issues if one.cause is None):
        for action in one.fixes[:_EACH]:
            found.setdefault(
                action,
                {
                    "priority": "high" if one.severity in _URGENT else "medium",
                    "action": action,
                    "rationale": f"Addresses: {one.title}",
                    "related_issue_id": one.id,
                },
            )
    ordered = sorted(found.values(), key=lambda one: one["priority"] != "high")
    return ordered[:limit]
