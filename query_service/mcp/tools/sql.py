"""Read-only SQL."""

from query_service.mcp.service import Service
from query_service.mcp.told import Told, call, short

_TABLES = "SELECT name, comment FROM system.tables WHERE database = currentDatabase()"


def sql(ask: Service, query: str, limit: int) -> Told:
    """The rows of one statement as a table."""
    found = ask.post("/api/v1/sql", {"query": query, "limit": limit})
    names = [one["name"] for one in found["columns"]]
    lines = [f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
    lines += [f"| {' | '.join(short(cell, 300) for cell in row)} |" for row in found["rows"]]
    if found["truncated"]:
        lines.append(f"Cut: {found['truncated_why']}")
    return Told(f"{found['row_count']} rows", lines, [call("sql", query=_TABLES)], found)
