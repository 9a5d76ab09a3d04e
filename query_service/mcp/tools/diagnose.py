"""What is wrong, and why."""

from query_service.mcp.service import Service
from query_service.mcp.told import Told, call


def diagnose(
    ask: Service,
    minutes: int,
    at: str | None,
    agent: str | None,
    trace_id: str | None,
    most: int,
    form: str,
) -> Told:
    """The diagnosis as text, or whole."""
    asked = {"time_window_minutes": minutes, "at": at, "agent": agent, "trace_id": trace_id}
    issues, lines = [], list[str]()
    if form == "json":
        data = ask.get("/api/v1/claude/diagnose", **asked)
        issues = data["issues"]["items"]
    else:
        room = max(500, most - 150)
        data = ask.get("/api/v1/claude/diagnose", format="markdown", max_tokens=room, **asked)
        lines = data["content"].splitlines()[2:]
    following = [
        call("handoff_story", message_id="ID of a task above", at=at),
        call("sql", query="the SELECT of a finding"),
    ]
    if agent is None:
        worst = issues[0]["agents"][0] if issues and issues[0]["agents"] else "AGENT"
        following.insert(0, call("diagnose", agent=worst, minutes=minutes, at=at))
    return Told(f"Diagnosis of the last {minutes} minutes", lines, following, data)
