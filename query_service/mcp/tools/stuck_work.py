"""Tasks that wait too long."""

from query_service.mcp.service import Service
from query_service.mcp.told import Told, call, short

KINDS = (
    "agent_not_consuming",
    "stuck_task",
    "lost_handoff",
    "expired_task",
    "wait_cycle",
    "poison_message",
    "backlog_growing",
    "priority_inversion",
)


def stuck_work(ask: Service, minutes: int, agent: str | None, at: str | None) -> Told:
    """Findings about tasks that do not move, each with its tasks."""
    asked = {"time_window_minutes": minutes, "agent": agent, "at": at}
    items = ask.get("/api/v1/claude/diagnose", **asked)["issues"]["items"]
    found = [one for one in items if one["kind"] in KINDS]
    lines = list[str]()
    for one in found:
        tasks = one["tasks"]
        ids = ", ".join(tasks["ids"][:5]) + (
            f" and {tasks['total'] - 5} more" * (tasks["total"] > 5)
        )
        cause = f"; caused by {one['caused_by']}" if one["caused_by"] else ""
        lines += [
            f"- [{one['severity']}] {one['title']} ({one['kind']}, id {one['id']}{cause})",
            f"  tasks: {ids}",
            f"  first: {short(one['suggested_actions'][0], 200)}",
        ]
    if not found:
        lines = ["No task is stuck, lost or expired."]
    first = next((task for one in found for task in one["tasks"]["ids"]), None)
    following = [call("handoff_story", message_id=first, at=at)] if first else []
    about = f" of {agent}" if agent else ""
    data = [
        {n: one[n] for n in ("id", "kind", "title", "agents", "tasks", "caused_by")}
        for one in found
    ]
    return Told(f"Work that does not move{about}", lines, [*following, call("queues", at=at)], data)
