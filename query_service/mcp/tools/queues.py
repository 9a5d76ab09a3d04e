"""Queues, and what waits in one."""

from typing import Any

from query_service.mcp.service import Service
from query_service.mcp.told import Told, call, seconds, short

_COLUMNS = (
    *("agent", "pending", "queued", "in progress", "expired", "lost"),
    *("oldest", "in/min", "out/min", "lag"),
)


def queues(ask: Service, agent: str | None, at: str | None) -> Told:
    """A line for each queue, or one queue with its pending tasks."""
    return _all(ask, at) if agent is None else _one(ask, agent, at)


def _all(ask: Service, at: str | None) -> Told:
    found = ask.get("/api/v1/queues", at=at)["queues"]
    found.sort(key=lambda one: (-one["pending_tasks"], one["agent_name"]))
    head = f"| {' | '.join(_COLUMNS)} |"
    lines = [head, "|---" * len(_COLUMNS) + "|", *map(_row, found)]
    worst = found[0]["agent_name"] if found else None
    following = [call("queues", agent=worst, at=at), call("stuck_work", at=at)] if worst else []
    data = [{**one, "pending": None} for one in found]
    return Told(f"{len(found)} queues, most pending first", lines, following, data)


def _row(one: dict[str, Any]) -> str:
    cells = [
        one["agent_name"],
        *(one[n] for n in ("pending_tasks", "queued", "in_progress", "expired", "lost")),
        seconds(one["oldest_waiting_seconds"]) if one["pending_tasks"] else "",
        one["arrival_rate_per_minute"],
        one["completion_rate_per_minute"],
        "?" if one["consumer_lag"] is None else one["consumer_lag"],
    ]
    return f"| {' | '.join(map(str, cells))} |"


def _one(ask: Service, agent: str, at: str | None) -> Told:
    one = ask.get(f"/api/v1/queues/{agent}", at=at, limit=0)
    tasks = one["pending"]
    lines = [
        f"**Pending**: {one['pending_tasks']} ({one['queued']} queued, {one['in_progress']} in "
        f"progress, {one['expired']} expired, {one['lost']} lost, {one['unknown']} unknown)",
        f"**Rates**: {one['arrival_rate_per_minute']} come, {one['completion_rate_per_minute']} "
        f"are answered each minute; drained in {seconds(one['drain_seconds'])}",
        f"**Readers**: {one['consumers']} in {', '.join(one['consumer_groups']) or 'no group'}; "
        f"lag {one['consumer_lag']}; last activity {one['last_activity']}",
        "",
        "## Oldest tasks",
        *map(task_line, tasks),
    ]
    first = tasks[0]["message_id"] if tasks else None
    following = [call("handoff_story", message_id=first, at=at)] if first else []
    return Told(f"Queue of {agent}", lines, [*following, call("diagnose", agent=agent, at=at)], one)


def task_line(task: dict[str, Any]) -> str:
    """A task that waits, in a line."""
    what = short(task.get("reason") or task.get("payload_preview") or "", 80)
    return (
        f"- {task['message_id']} {task['state']} for {seconds(task['waiting_seconds'])}, from "
        f"{task.get('source_agent')}, priority {task.get('priority')}: {what}"
    )
