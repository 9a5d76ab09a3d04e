"""The messages of one queue, by pages."""

from datetime import UTC, datetime, timedelta
from typing import Any

from query_service.db import Row
from query_service.models.cursor import Cursor
from query_service.models.parameters.queues import QueueQuery
from query_service.models.values import utc
from query_service.routes.context import Moment, bound, database
from query_service.routes.paging import window

Query = tuple[str, dict[str, Any]]
MOST_OF_ONE_TIME = 1_000
"""So many records are read again when the last ones of a page have one time."""


class Messages:
    """One page of the messages of a queue, and one message more.

    Three queries after each other, to be asked beside others: where the next records lie, these
    records, and all records of their messages: some of them are no further message. When too few
    are left, more are read.
    """

    def __init__(self, asked: Moment, agent: str, query: QueueQuery, page: Cursor) -> None:
        times = window(query, asked)
        begin, end = times["since"], times["until"]
        if page.after_id:
            last = datetime.fromtimestamp(page.after_time // 10**9, UTC)
            if page.is_turned:
                begin = max(begin, bound(last))
            else:
                end = min(end, bound(last + timedelta(seconds=1)))
        self._limit = query.limit + 1 if query.limit else 0
        self._records = self._limit * 5 // 4
        self._chosen = {
            "at": asked.parameters["at"],
            "agent": agent,
            "message_type": query.message_type or "",
            "from": begin,
            # Up to `at`, to the ns. Later than 2106 the five minutes of the key are not a time.
            "to": min(end, f"{asked.parameters['at']}001"),
        }
        self._page = page
        self._side = "to" if page.is_turned else "from"
        self._is_whole = False

    def place(self, records: int | None = None) -> list[Query]:
        """The query for the five minutes that hold so many of the next records."""
        skip = self._records if records is None else records
        chosen = {**self._chosen, "skip": skip}
        return [(f"queues/messages_{self._side}", chosen)] if self._limit else []

    def records(self, cuts: list[Row]) -> list[Query]:
        """The query for the next records, of what `place` gave."""
        self._is_whole = not cuts
        chosen = {**self._cut(cuts), "records": self._records}
        return [(f"queues/records_{self._side}", chosen)] if self._limit else []

    def all_of(self, records: list[Row]) -> list[Query]:
        """The query for all records of their messages, of what `records` gave."""
        chosen = {name: self._chosen[name] for name in ("at", "agent", "message_type")}
        ids = sorted({int(row["id"]) for row in records})
        return [("queues/records_of", {**chosen, "ids": ids})] if ids else []

    def found(self, records: list[Row], all_of: list[Row]) -> list[Row]:
        """The page, of what the queries gave."""
        if self._is_whole:
            return self._shown(records, all_of)
        last = records[-1]["key_time"] if records else 0
        # There may be more of the last one's time.
        rows = self._shown([row for row in records if row["key_time"] != last], all_of)
        if len(rows) < self._limit:
            return (self._with_all_of(last) if records else []) or self._among_more()
        return rows

    def _shown(self, records: list[Row], all_of: list[Row]) -> list[Row]:
        known: dict[str, set[tuple[int, int, int, int]]] = {}
        for row in all_of:
            known.setdefault(row["id"], set()).add((row["sent_ns"], *_place(row)))
        turn = self._page.turn["turn"]
        after = (-turn * self._page.after_time, self._page.after_number)
        page = {
            row["id"]: {**row, "deliveries": len(known[row["id"]])}
            for row in records
            if min(known.get(row["id"], [()])) == (row["key_time"], *_place(row))
            and (-turn * row["key_time"], int(row["id"])) > after
        }
        rows = sorted(page.values(), key=lambda r: (-turn * r["key_time"], int(r["id"])))
        return rows[: self._limit]

    def _with_all_of(self, last_ns: int) -> list[Row]:
        """The page among all records up to the last one's time, which many may share; nothing when
        there are too many, or still too few."""
        last = datetime.fromtimestamp(last_ns // 10**9, UTC)
        last += timedelta(microseconds=last_ns % 10**9 // 1000 + self._page.is_turned)
        chosen = {**self._cut([{"cut": last}]), "records": MOST_OF_ONE_TIME}
        records = database().rows(f"queues/records_{self._side}", chosen)
        if len(records) == MOST_OF_ONE_TIME:
            return []
        [all_of] = database().together(*self.all_of(records))
        rows = self._shown(records, all_of)
        return rows if len(rows) == self._limit else []

    def _among_more(self) -> list[Row]:
        place = {
            "after_time": self._page.after_time,
            "after_id": self._page.after_number,
            **self._page.turn,
        }
        for records in (20 * self._limit, None):
            [cuts] = [[]] if records is None else database().together(*self.place(records))
            chosen = {**self._cut(cuts), **place, "limit": self._limit}
            found = database().rows("queues/messages", chosen)
            if len(found) == self._limit or not cuts:
                break
        return found

    def _cut(self, cuts: list[Row]) -> dict[str, Any]:
        begin, end = self._chosen["from"], self._chosen["to"]
        if not cuts:
            return self._chosen
        cut = bound(utc(cuts[0]["cut"]))
        if self._page.is_turned:
            return {**self._chosen, "to": min(end, cut)}
        return {**self._chosen, "from": max(begin, cut)}


def _place(row: Row) -> tuple[int, int, int]:
    return row["partition"], row["offset"], row["value_hash"]
