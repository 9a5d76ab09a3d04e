"""Finds OTLP records that the Collector committed and that reached no table.

The Collector skips a record that does not decode, and says neither where it was nor what was in it.
So each committed offset must be in `otlp_records`; one that is not is read from Kafka and judged.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from query_service.db import Database, Row
from query_service.observer.committed import Committed
from query_service.observer.intervals import first, missing, singles, subtract
from query_service.observer.otlp_record import Content, content
from query_service.observer.record_reader import Reading

log = logging.getLogger(__name__)

WINDOW = 100_000
"""Offsets of a partition looked at in one run."""
RECORDS = 500
"""Records of a partition read from Kafka in one run."""

Read = Callable[[str, int, list[range]], Reading]


class GapFinder:
    """Looks through what was committed; `read` gives records of (topic, partition, offsets).

    `grace` is how long rows of a committed record may be missing, in s of `clock`.
    """

    def __init__(
        self,
        database: Database,
        read: Read,
        grace: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._read = read
        self._grace = grace
        self._clock = clock
        self._late: defaultdict[tuple[str, int], dict[int, float]] = defaultdict(dict)

    def look(self, of: Committed, position: int, since: datetime) -> int:
        """Settle what is missing from `position` on; gives the first offset not settled.

        Rows that arrived before `since` do not count. Raises Unavailable or KafkaError.
        """
        window = range(position, min(of.committed, position + WINDOW))
        if not window:
            return position
        bounds = {"topic": of.topic, "partition": of.partition, "since": since}
        known = self._database.rows(
            "observer/known_offsets", bounds | {"first": window.start, "end": window.stop}
        )
        gaps = missing(window, [range(row["first"], row["last"] + 1) for row in known])
        gone = subtract(gaps, [range(of.oldest, window.stop)])
        there = subtract(gaps, gone)
        self._note_gone(of, gone)

        late = self._late[of.topic_id, of.partition]
        for offset in [o for o in late if not any(o in gap for gap in gaps)]:
            del late[offset]
        now = self._clock()
        young = [offset for offset, missed in late.items() if now - missed < self._grace]
        wanted = first(subtract(there, singles(young)), RECORDS)
        settled: list[range] = []
        if wanted:
            reading = self._read(of.topic, of.partition, wanted)
            settled = singles(self._settle(of, reading, late, now))
        rest = subtract(there, settled)
        return rest[0].start if rest else window.stop

    def _settle(
        self, of: Committed, reading: Reading, late: dict[int, float], now: float
    ) -> list[int]:
        """Say where each offset that was read ends; gives those that are settled."""
        letters, empty, missed = [], [], []
        for offset in (offset for part in reading.passed for offset in part):
            record = reading.records.get(offset)
            found = content(of.topic, record.value) if record else Content.NOTHING
            if record is None or found is Content.NOTHING:
                empty.append(row(of, offset) | {"outcome": "empty"})
            elif found is Content.ROWS and offset not in late:
                missed.append(offset)
            else:
                reason = "otlp_undecodable" if found is Content.UNDECODABLE else "otlp_not_stored"
                kept = {"reason": reason, "value": record.value, "headers": record.headers}
                letters.append(row(of, offset) | kept)
        self._database.insert("landing_dead_letters", letters)
        self._database.insert("otlp_records", empty)
        late.update(dict.fromkeys(missed, now))
        tell(of, f"are committed, but no table has their rows; waiting {self._grace:g} s", missed)
        for reason in sorted({letter["reason"] for letter in letters}):
            offsets = [letter["offset"] for letter in letters if letter["reason"] == reason]
            tell(of, f"are dead letters now: {reason}", offsets)
        return [settled["offset"] for settled in letters + empty]

    def _note_gone(self, of: Committed, gone: list[range]) -> None:
        offsets = [offset for part in gone for offset in part]
        self._database.insert("otlp_records", [row(of, o) | {"outcome": "gone"} for o in offsets])
        tell(of, "reached no table, and Kafka has them no more", offsets)


def tell(of: Committed, what: str, offsets: list[int]) -> None:
    """Log what became of these offsets, if there are any."""
    if offsets:
        log.warning(
            "%s/%d: %d records from offset %d on %s",
            of.topic,
            of.partition,
            len(offsets),
            offsets[0],
            what,
        )


def row(of: Committed, offset: int) -> Row:
    """The columns of a position."""
    return {"topic": of.topic, "partition": of.partition, "offset": offset}
