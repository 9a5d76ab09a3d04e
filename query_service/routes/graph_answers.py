"""Answered tasks of a window by sender and receiver, when the observer has worked everything out.

Whole five minutes are read when `answered_tasks` has other parts than before; the ends of the
window, which moves, are read each time.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from query_service.db import Row
from query_service.models.answered import Answered, answered, with_part
from query_service.routes.context import Moment, bound, context, database
from query_service.routes.settled import kept
from query_service.routes.tail import BUCKET, start, starts

Query = tuple[str, dict[str, Any]]
MOST = timedelta(hours=2)
"""Of a longer window ClickHouse tells percentiles faster than how long each answer took."""


def settled_answers(
    asked: Moment, asking: dict[str, Any], *beside: Query
) -> tuple[list[Row], list[list[Row]]]:
    """The answered tasks, and the rows of each question beside."""
    first, last = (_time(asking[name]) for name in ("from", "until"))
    begin, end = (
        start(first + timedelta(seconds=BUCKET, microseconds=-1), BUCKET),
        start(last, BUCKET),
    )
    if begin >= end or min(last, asked.now) - first > MOST:
        rows, *told = database().together(("graph/answered_settled", asking), *beside)
        return rows, told
    chosen = {**asking, "buckets": []}
    whole = {**chosen, "from": bound(begin), "until": bound(end)}
    cuts = starts([side for side in (first, last) if start(side, BUCKET) != side], BUCKET)
    ends = [("graph/answered_bins", {**chosen, "buckets": cuts})] if cuts else []

    def read() -> Answered:
        return answered(database().rows("graph/answered_bins", whole))

    held, question = context().settled_graph, (begin, end, asking["agent"])
    found, told = kept(held, ("answered_tasks",), question, read, *ends, *beside)
    for rows in told[: len(ends)]:
        found = with_part(found, rows)
    return list(found.values()), told[len(ends) :]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
