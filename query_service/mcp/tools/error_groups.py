"""Kinds of errors."""

from typing import Any

from query_service.mcp.service import Service
from query_service.mcp.told import Told, call, short

Json = dict[str, Any]


def error_groups(ask: Service, minutes: int, limit: int, at: str | None) -> Told:
    """Groups of failures with the stack trace of a sample, and what to try."""
    asked = {"time_window_minutes": minutes, "limit": limit, "at": at}
    found = ask.get("/api/v1/claude/errors", **asked)
    lines = [line for one in found["errors"] for line in _lines(one)] or ["No error in the window."]
    traces = [one["sample_trace_id"] for one in found["errors"] if one["sample_trace_id"]]
    following = [call("trace", trace_id=traces[0], at=at)] if traces else []
    following.append(call("compare", since=f"{minutes}m", to=at))
    title = f"{found['total_error_types']} kinds of errors in {minutes} minutes, most first"
    return Told(title, lines, following, found)


def _lines(one: Json) -> list[str]:
    is_new = "new" if not one["count_before"] else f"{one['count_before']} in as long before"
    stack = (one["sample_stack_trace"] or "").rstrip().splitlines()
    return [
        f"## {one['error_type']}: {short(one['sample_message'], 200)}",
        f"{one['count']} failures ({is_new}), {one['error_category']}, group {one['fingerprint']}; "
        f"agents {', '.join(one['affected_agents'])}; {one['first_seen']} to {one['last_seen']}; "
        f"sample {one['sample_error_id']} in trace {one['sample_trace_id']}",
        *(f"Try: {text}" for text in one["suggestions"][:3]),
        *(["```", *stack, "```"] if stack else []),
        "",
    ]
