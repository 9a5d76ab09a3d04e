"""What changed between two times."""

from query_service.mcp.service import Service
from query_service.mcp.told import Told, call


def compare(ask: Service, since: str, to: str | None, limit: int) -> Told:
    """Changes, the weightiest first."""
    found = ask.get("/api/v1/claude/changes", **{"from": since}, to=to, limit=limit)
    lines = [f"- ({one['section']}) {one['text']}" for one in found["changes"]]
    if found["changes_omitted"]:
        lines.append(f"- and {found['changes_omitted']} more: raise limit")
    if found["unknown"]:
        lines += ["", "Not known: " + "; ".join(found["unknown"][:5])]
    title = f"What changed from {found['from']} to {found['to']}"
    return Told(title, lines or ["Nothing changed."], [call("diagnose", at=to)], found)
