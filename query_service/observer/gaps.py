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
from query_service.observer.committed import Committed, read_committed
from query_service.observer.intervals import first, missing, singles, subtract
from query_service.observer.kafka_client import AdminConnection, consumer
from query_service.observer.otlp_record import Content, content
from query_service.observer.progress import EPOCH, Progress, load, save
from query_service.observer.record_reader import Reading, read

log = logging.getLogger(__name__)

WINDOW = 100_000
"""Offsets of a partition looked at in one run, and at most when it is looked at first."""
RECORDS = 500
"""Records of a partition read from Kafka in one run."""


class GapsJob:
    """Looks through what was committed since the last run, partition by partition."""

    def __init__(
        self,
        servers: str,
        database: Database,
        grace: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._servers = servers
        self._connection = AdminConnection(servers)
        self._database = database
        self._grace = grace
        self._clock = clock
        self._late: defaultdict[tuple[str, int], dict[int, float]] = defaultdict(dict)

    def run(self) -> None:
        """Raises Unavailable or KafkaError when Kafka or ClickHouse is away."""
        with self._connection.admin() as admin:
            partitions = read_committed(admin)
        done = load(self._database, "gaps")
        reached = []
        for partition in partitions:
            begin = start(partition, done)
            position = self._look(partition, begin.position, begin.since)
            reached.append(Progress(begin.key, position, begin.since))
        save(self._database, "gaps", reached)

    def _look(self, of: Committed, position: int, since: datetime) -> int:
        """Settle what is missing from `position` on; gives the first offset not settled."""
        window = range(position, min(of.committed, position + WINDOW))
        if not window:
            return position
        bounds = {"topic": of.topic, "partition": of.partition, "since": since}
        known = self._database.rows(
            "observer/known_offsets", bounds | {"first": window.start, "end": window.stop}
        )
        gaps = missing(window, [range(row["first"], row["last"] + 1) for row in known])
        gone = subtract(gaps, [range(of.oldest, window.stop)] if of.oldest < window.stop else [])
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
            with consumer(self._servers) as reader:
                reading = read(reader, of.topic, of.partition, wanted)
            settled = singles(self._settle(of, reading, late, now))
        rest = subtract(there, settled)
        return rest[0].start if rest else window.stop

    def _settle(
        self, of: Committed, reading: Reading, late: dict[int, float], now: float
    ) -> list[int]:
        """Say where each offset that was read ends; gives those that are settled."""
        settled, letters, empty = [], [], []
        for offset in (offset for part in reading.passed for offset in part):
            record = reading.records.get(offset)
            found = content(of.topic, record.value) if record else Content.NOTHING
            if found is Content.ROWS and offset not in late:
                log.error(
                    "%s/%d at %d was committed, but no table has its rows; "
                    "a dead letter unless they come within %g s",
                    of.topic,
                    of.partition,
                    offset,
                    self._grace,
                )
                late[offset] = now
                continue
            settled.append(offset)
            if record is None or found is Content.NOTHING:
                empty.append(position_row(of, offset) | {"outcome": "empty"})
            else:
                reason = "otlp_undecodable" if found is Content.UNDECODABLE else "otlp_not_stored"
                log.warning(
                    "%s/%d at %d is a dead letter: %s", of.topic, of.partition, offset, reason
                )
                letters.append(
                    position_row(of, offset)
                    | {"reason": reason, "value": record.value, "headers": record.headers}
                )
        self._database.insert("landing_dead_letters", letters)
        self._database.insert("otlp_records", empty)
        return settled

    def _note_gone(self, of: Committed, gone: list[range]) -> None:
        for gap in gone:
            log.error(
                "%s/%d from %d to %d reached no table, and Kafka has it no more",
                of.topic,
                of.partition,
                gap.start,
                gap.stop - 1,
            )
            self._database.insert(
                "otlp_records", [position_row(of, offset) | {"outcome": "gone"} for offset in gap]
            )

    def close(self) -> None:
        """Let the connection go."""
        self._connection.drop()


def start(of: Committed, done: dict[str, Progress]) -> Progress:
    """Where to go on in this partition.

    At first sight: at the oldest offset, or `WINDOW` before the committed one. When a topic of
    that name was seen before: rows that arrived while that one was there are not of this one.
    """
    place = f"{of.topic}/{of.partition}/"
    key = f"{place}{of.topic_id}"
    if key in done:
        return done[key]
    earlier = [p.updated_at for p in done.values() if p.key.startswith(place)]
    position = max(of.oldest, of.committed - WINDOW)
    return Progress(key, position, max(earlier, default=EPOCH))


def position_row(of: Committed, offset: int) -> Row:
    """The columns of a position."""
    return {"topic": of.topic, "partition": of.partition, "offset": offset}
