"""Where the handoffs of a page are: records of handoffs, and records of tasks, by their time."""

from datetime import timedelta
from typing import Any

from query_service.db import Row
from query_service.models.cursor import Cursor
from query_service.models.parameters.handoffs import HandoffsQuery
from query_service.models.values import normalise
from query_service.routes.context import Moment, database
from query_service.routes.paging import after, window
from query_service.routes.tail import tail

LEAST_ROWS = 50
DAY = timedelta(days=1)
Queries = tuple[tuple[str, Row], ...]


class Candidates:
    """What may be on a page of handoffs, in its order, a piece at a time."""

    def __init__(self, query: HandoffsQuery, asked: Moment) -> None:
        self.is_timed = query.sort.endswith("duration")
        self.value = "duration" if self.is_timed else ""
        self.limit = max(query.limit * 5 // 4, LEAST_ROWS) + 1
        since = query.since or (DAY if self.is_timed else None)
        self._turned = query.sort.startswith("-")
        self._chosen: dict[str, Any] = {
            "at": asked.parameters["at"],
            **window(query.model_copy(update={"since": since}), asked),
            "trace_id": query.trace_id or "",
            "agent": normalise(query.agent_name or ""),
            "source": normalise(query.source or ""),
            "target": normalise(query.target or ""),
            "priority": query.priority or "",
            "limit": self.limit,
        }
        if self.is_timed:
            uncounted = tail(asked)
            self._timed = "handoffs/times_by_duration" + ("_settled" if uncounted.settled else "")
            counted = uncounted.parameters(asked)
            self._chosen |= {"from": counted["since"], "whole": counted["whole"]}

    def begin(self, place: Cursor) -> Queries:
        """The queries for what comes after a place."""
        if self.is_timed:
            value = {"after_value": place.after_value, "after_id": place.after_id, **place.turn}
            return ((self._timed, {**self._chosen, **value}),)
        chosen = {**self._chosen, **after(place)}
        return (self._ordered("edge"), chosen), (self._ordered("record_times"), chosen)

    def rest(self, place: Cursor, found: list[list[Row]]) -> Queries:
        """The queries that take what `begin` found."""
        if self.is_timed or not found[0]:
            return ()
        edge = found[0][-1]["key_time"]
        return ((self._ordered("task_times"), {**self._chosen, **after(place), "edge": edge}),)

    def merged(self, found: list[list[Row]], rest: list[list[Row]]) -> tuple[list[Row], bool]:
        """The candidates, each once, and whether there may be more after them."""
        if self.is_timed:
            return found[0], len(found[0]) == self.limit
        tasks = [task for rows in rest for task in rows]
        return _merged(found[1], tasks, len(found[0]) == self.limit, self.limit, self._turned)

    def after(self, place: Cursor) -> tuple[list[Row], bool]:
        """The candidates after a place, as `merged` has them."""
        found = database().together(*self.begin(place))
        queries = self.rest(place, found)
        return self.merged(found, database().together(*queries) if queries else [])

    def _ordered(self, name: str) -> str:
        return f"handoffs/{name}_oldest" if self._turned else f"handoffs/{name}"


def _merged(
    records: list[Row], tasks: list[Row], is_cut: bool, limit: int, turned: bool
) -> tuple[list[Row], bool]:
    """Both in one order, of a message one at a time: a record, else the first of its tasks.

    `is_cut`: there may be more tasks after these.
    """
    ends = [_key(tasks[-1])] if tasks and (is_cut or len(tasks) == limit) else []
    if len(records) == limit:
        ends.append(_key(records[-1]))
    first: dict[tuple[int, str], Row] = {}
    for row in (*records, *tasks):
        first.setdefault(_key(row), row)
    order = sorted(first, reverse=not turned)
    if ends:
        last = min(ends) if turned else max(ends)
        order = [key for key in order if (key <= last if turned else key >= last)]
    return [first[key] for key in order], bool(ends)


def _key(row: Row) -> tuple[int, str]:
    return row["key_time"], row["message_id"]
