"""Read-only SQL."""

from collections.abc import Sequence
from typing import Any

from query_service.mcp.service import Service
from query_service.mcp.told import Told, call, short

_TABLES = "SELECT name, comment FROM system.tables WHERE database = currentDatabase()"


def sql(ask: Service, query: str, limit: int) -> Told:
    """The rows of one statement as a table."""
    found = ask.post("/api/v1/sql", {"query": query, "limit": limit})
    names = [one["name"] for one in found["columns"]]
    lines = [_line(names), "|---" * len(names) + "|", *map(_line, found["rows"])]
    if found["truncated"]:
        lines.append(f"Cut: {found['truncated_why']}")
    return Told(f"{found['row_count']} rows", lines, [call("sql", query=_TABLES)], found)


def _line(cells: Sequence[Any]) -> str:
    told = (short(cell, 300).replace("|", r"\|") for cell in cells)
    return f"| {' | '.join(told)} |"
