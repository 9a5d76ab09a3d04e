"""Kinds of failures in a window."""

from datetime import datetime
from typing import Any

from query_service.claude.suggestions import suggestions
from query_service.models.parameters.errors import GroupsQuery
from query_service.routes import error_groups
from query_service.routes.context import Moment

Json = dict[str, Any]


def find(asked: Moment, since: datetime, limit: int) -> Json:
    """The groups with the most failures, as /errors/groups tells them."""
    chosen = GroupsQuery(at=asked.at if asked.is_past else None, since=since, limit=limit)
    found: Json = error_groups.groups(chosen)
    return found


def told(group: Json, include_suggestions: bool = True) -> Json:
    """A group in the words of the earlier system, with ours beside."""
    sample = group["sample"] or {}
    fields = {
        "error_type": group["error_type"],
        "error_category": sample.get("category") or "unknown",
        "count": group["failures"],
        "first_seen": group["first_seen"],
        "last_seen": group["last_seen"],
        "affected_agents": group["agents"],
        "sample_message": sample.get("error_message") or group["message"],
        "sample_trace_id": sample.get("trace_id") or None,
        "fingerprint": group["fingerprint"],
        "reports": group["reports"],
        "count_before": group["failures_before"],
        "releases": group["releases"],
        "sample_error_id": sample.get("error_id"),
        "sample_stack_trace": sample.get("stack_trace") or None,
    }
    return fields | ({"suggestions": suggestions(sample)} if include_suggestions else {})
