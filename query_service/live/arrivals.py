"""Reads `arrivals` onwards: each row once, though inserts become visible out of order.

A row is stamped when its insert begins and becomes visible when it ends, so behind the newest time
a window of OVERLAP is looked at again and again; most inserts are short, so a quick look reads the
last LATELY of it. All rows of an insert have the same time: only the number of rows of each time is
asked for, and those inserts are read that have grown.
"""

from typing import NamedTuple, Self

from query_service.db import Database, Row
from query_service.live.cursor import LiveCursor
from query_service.live.rows import LiveRow

SECOND = 1_000_000
OVERLAP = 45 * SECOND
"""The longest insert, with what replicas need to get it, µs: after 40 s the Collector gives it up,
and what it brought comes again with another one."""
LATELY = 5 * SECOND
"""What a quick look reads, µs."""
LATE = 300 * SECOND
"""What is older when it arrives is marked as late."""
_TRUSTED = (-5 * SECOND, 20 * SECOND)
"""Who is so old has been within OVERLAP, if it came before."""
_YEAR_2001 = 978_307_200 * SECOND
_MOST_ROWS, _MOST_BYTES, _MOST_INSERTS = 10_000, 16 * 1024 * 1024, 200
_END = 4_000_000_000 * SECOND


class Batch(NamedTuple):
    """Rows that nobody was told of, and where the stream stands after them.

    `complete`: there is nothing more for now.
    """

    rows: list[LiveRow]
    after: LiveCursor
    complete: bool


class Arrivals:
    """A reader at its place. Every method raises Unavailable and ClickHouse's errors; a read that
    failed can be tried again."""

    def __init__(self, database: Database, until: int) -> None:
        self._database = database
        self._until = self._looked = until
        self._inserts: dict[int, set[int]] = {}
        self._counts: dict[int, int] = {}

    @classmethod
    def from_now(cls, database: Database) -> Self:
        """A reader of what is not visible yet."""
        (position,) = database.rows("live/position")
        newest = position["newest"] if position["has_any"] else position["now"] - OVERLAP
        reader = cls(database, newest)
        reader._know()
        return reader

    @classmethod
    def resume(cls, database: Database, cursor: LiveCursor) -> tuple[Self, bool]:
        """A reader of what comes after a cursor, and whether all of that is still kept.

        When more rows are in the window before the cursor than it says, the window is read again.
        """
        (position,) = database.rows("live/position")
        reader = cls(database, min(cursor.until, position["now"] + OVERLAP))
        reader._know()
        if reader.cursor.rows != cursor.rows:
            reader._inserts.clear()
            reader._counts.clear()
        kept = position["now"] - 2 * 86_400 * SECOND
        is_lost = position["has_any"] and cursor.until < min(position["earliest"], kept)
        return reader, not is_lost

    @property
    def cursor(self) -> LiveCursor:
        """Where the reader stands."""
        begin = self._until - OVERLAP
        return LiveCursor(self._until, sum(n for i, n in self._counts.items() if i > begin))

    def read(self, last: int = _END, *, quick: bool = False) -> Batch:
        """What became visible, oldest first, inserted at `last` at the latest.

        A quick look does not find what was inserted more than LATELY before the reader's place; the
        next one that is not quick does. It counts all that came since: only who has just read
        everything may look so.
        """
        found = self._lately() if quick else self._inserted(last)
        grown = [row for row in found if row["rows"] != self._counts.get(row["inserted"], 0)]
        taken = _affordable(grown)
        ahead = sum(row["rows"] for row in found if row["inserted"] > self._until)
        new = self._new([row["inserted"] for row in taken]) if taken else []
        before = self.cursor.encode()
        for row in taken:
            self._counts[row["inserted"]] = row["rows"]
            self._inserts.setdefault(row["inserted"], set())
        for row in new:
            self._inserts[row["inserted"]].add(row["row_id"])
        self._until = max([self._until, *(row["inserted"] for row in taken)])
        if not quick:
            self._looked = self._until
            self._forget(self._until - OVERLAP)
        rows = [LiveRow(row, before, _is_late(row)) for row in new]
        complete = len(taken) == len(grown) and ahead < _MOST_ROWS
        return Batch(rows, self.cursor, complete)

    def _lately(self) -> list[Row]:
        return self._database.rows("live/lately", {"since": self._until - LATELY})

    def _inserted(self, last: int) -> list[Row]:
        """How much each insert of the window brought, and of those after it enough for a batch.

        The window is that of the last such look: quick ones since then have moved on, however far.
        """
        asked = {"since": self._looked - OVERLAP, "after": self._until, "last": last}
        return self._database.rows("live/inserts", {**asked, "most": _MOST_ROWS})

    def _new(self, inserts: list[int]) -> list[Row]:
        """The rows of some inserts that did not come before."""
        rows = self._database.rows("live/rows", {"inserts": inserts})
        known: set[int] = set().union(*self._inserts.values()) if rows else set()
        new: list[Row] = []
        for row in rows:
            if row["row_id"] not in known:
                known.add(row["row_id"])
                new.append(row)
        youngest, oldest = _TRUSTED
        doubtful = [row for row in new if not youngest <= row["age"] <= oldest]
        if not doubtful:
            return new
        asked = {"inserts": inserts, "youngest": youngest, "oldest": oldest}
        asked["since"] = min(map(_first_possible, doubtful))
        earlier = {row["row_id"] for row in self._database.rows("live/earlier", asked)}
        return [row for row in new if row["row_id"] not in earlier]

    def _know(self) -> None:
        """Take what is visible in the window for known."""
        window = {"since": self._until - OVERLAP, "until": self._until}
        for row in self._database.rows("live/ids", window):
            self._inserts[row["inserted"]] = set(row["row_ids"])
            self._counts[row["inserted"]] = len(row["row_ids"])

    def _forget(self, until: int) -> None:
        """Forget what lies before the window."""
        for inserted in [i for i in self._counts if i <= until]:
            del self._counts[inserted], self._inserts[inserted]


def earliest_cursor(database: Database) -> LiveCursor:
    """Where a stream of everything that is kept begins. Raises Unavailable."""
    (position,) = database.rows("live/position")
    return LiveCursor(position["earliest"] - 1, 0)


def _affordable(inserts: list[Row]) -> list[Row]:
    """As many of them as fit into a batch; one at least."""
    rows = size = 0
    for number, insert in enumerate(inserts):
        rows += insert["rows"]
        size += insert["bytes"]
        if number and (rows > _MOST_ROWS or size > _MOST_BYTES or number >= _MOST_INSERTS):
            return inserts[:number]
    return inserts


def _first_possible(row: Row) -> int:
    """When the row can have come first: not before its own time, where its clock can be trusted."""
    time: int = row["inserted"] - row["age"]
    return max(time - _TRUSTED[1], 0) if row["age"] > 0 and time > _YEAR_2001 else 0


def _is_late(row: Row) -> bool:
    """Whether it tells of what happened long ago; the time of a span is its start: no matter."""
    age: int = row["age"]
    time: int = row["inserted"] - age
    return row["kind"] != "span" and age > LATE and time > _YEAR_2001
