"""How the system is, in a page."""

from query_service.mcp.service import Service
from query_service.mcp.told import Told, call, seconds

MOST_QUEUES = 10


def overview(ask: Service, minutes: int, at: str | None) -> Told:
    """Status, what is wrong in a line each, traces of the window, the longest queues."""
    asked = {"time_window_minutes": minutes, "at": at}
    found = ask.get("/api/v1/claude/diagnose", **asked)
    queues = ask.get("/api/v1/queues", at=at)["queues"]
    issues, figures = found["issues"], found["performance"]
    roots = [one for one in issues["items"] if not one["caused_by"]]
    p95 = figures["latency"]["p95_ms"]
    took = seconds(None if p95 is None else p95 / 1000)
    agents = figures["unique_agents"]
    began, failed = figures["total_traces"], figures["failed_traces"]
    lines = [
        f"**Status**: {found['metadata']['system_status']}",
        found["system_summary"],
        f"**Traces**: {began} began, {failed} failed, p95 {took}; of {agents} agents",
        "",
        f"## Causes found ({len(roots)})",
        *(f"- [{one['severity']}] {one['title']} ({one['kind']}, id {one['id']})" for one in roots),
        "",
        "## Queues with the most pending tasks",
        *(_queue(one) for one in _longest(queues)),
    ]
    following = [call("diagnose", minutes=minutes, at=at)] if roots else [call("queues", at=at)]
    data = {
        "status": found["metadata"]["system_status"],
        "summary": found["system_summary"],
        "performance": figures,
        "causes": [{n: one[n] for n in ("id", "kind", "severity", "title")} for one in roots],
        "queues": [{**one, "pending": None} for one in _longest(queues)],
    }
    return Told(f"Overview of the last {minutes} minutes", lines, following, data)


def _longest(queues: list[dict[str, object]]) -> list[dict[str, object]]:
    ordered = sorted(queues, key=lambda one: (-int(str(one["pending_tasks"])), one["agent_name"]))
    return [one for one in ordered if one["pending_tasks"]][:MOST_QUEUES]


def _queue(one: dict[str, object]) -> str:
    return (
        f"- {one['agent_name']}: {one['pending_tasks']} pending ({one['queued']} queued, "
        f"{one['in_progress']} in progress, {one['expired']} expired, {one['lost']} lost)"
    )
