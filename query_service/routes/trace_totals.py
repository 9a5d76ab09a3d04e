"""Totals over all traces, in parts."""

from typing import Any

from query_service.db import Row
from query_service.models.values import ns
from query_service.routes.context import Moment, context, database
from query_service.routes.settled import kept
from query_service.routes.trace_rows import interval


def total_rows(asked: Moment) -> list[Row]:
    """Of the traces that the observer has worked out, and of those that are worked out now."""
    since = interval()
    touched = {name: since[name] for name in ("touched_from", "touched_to", "is_touched")}
    chosen: dict[str, Any] = {**asked.parameters, **touched}
    if not (asked.is_past or since["is_far"] or since["is_touched"]):
        return [_settled(asked, chosen)]
    rest = "open" if asked.is_past or since["is_far"] else "touched"
    parts = database().together(("metrics/settled", chosen), (f"metrics/{rest}", chosen))
    return [row for rows in parts for row in rows]


def _settled(asked: Moment, chosen: dict[str, Any]) -> Row:
    """All traces as the observer has worked them out: read when they are others, or one of them has
    waited for its root for an hour since."""

    def read() -> Row:
        [row] = database().rows("metrics/settled", chosen)
        return row

    def holds(row: Row) -> bool:
        return bool(row["told_from"] <= ns(asked.now) < row["told_until"])

    return kept(context().settled_totals, ("trace_summaries",), None, read, holds=holds)[0]
