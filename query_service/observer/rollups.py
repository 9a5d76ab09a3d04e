"""Keeps what queries about messages would have to work out of everything that was ever sent.

Nothing is added up on arrival, since a redelivered record would count twice: what the latest
arrivals touch is worked out anew from the deduplicated tables. Doing it twice gives the same.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from query_service.db import Database, Row
from query_service.observer.horizon import horizon
from query_service.observer.progress import EPOCH, Progress, load, save

log = logging.getLogger(__name__)

ARRIVALS_REACH = timedelta(hours=36)
"""Longer ago, arrivals may have gone: everything is worked out anew."""
IDS_AT_ONCE = 200_000
RECORDS_AT_ONCE = 500_000
BUCKETS_AT_ONCE = 48
QUIET = timedelta(minutes=1)
"""So long nothing is written when nothing came."""


class RollupsJob:
    """Brings message_repeats, answered_tasks and queue_counts up to date."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_begun = False

    def run(self) -> None:
        """Raises Unavailable."""
        done = load(self._database, "rollups").get("", Progress("", 0)).since
        seen = horizon(self._database)
        [backlog] = self._database.rows("observer/rollup_backlog", {"since": done})
        whole = seen.now - done > ARRIVALS_REACH
        is_news = whole or backlog["arrived"] > 0
        is_due = is_news or seen.whole - done >= QUIET
        if is_news:
            since = {"since": done, "whole": whole, "computed_at": seen.now}
            self._work_out(since, backlog["records"] if whole else backlog["arrived"])
        if is_due or not self._is_begun:
            # Without news too: days expire, and an observer of before may have counted some.
            self._database.run("observer/sum_days", {"computed_at": seen.now})
            self._is_begun = True
        if is_due:
            save(self._database, "rollups", [Progress("", 0, max(EPOCH, seen.whole))])

    def _work_out(self, since: Row, ids: int) -> None:
        if ids > IDS_AT_ONCE:
            log.info("working out %d records anew", ids)
        for low, high in hash_ranges(ids // IDS_AT_ONCE + 1):
            part = since | {"low": low, "high": high}
            self._database.run("observer/find_repeats", part)
            self._database.run("observer/find_answered_tasks", part)
        self._count(since)
        if ids > IDS_AT_ONCE:
            log.info("worked out %d records", ids)

    def _count(self, since: Row) -> None:
        counted_at = {"computed_at": since["computed_at"]}
        changed = self._database.rows("observer/changed_buckets", since)
        for buckets in portions(changed):
            self._database.run("observer/count_buckets", counted_at | {"buckets": buckets})
        for part, seconds in ((300, 3_600), (3_600, 86_400)):
            wholes = sorted({_start(row["bucket"], seconds) for row in changed})
            for first in range(0, len(wholes), BUCKETS_AT_ONCE):
                buckets = wholes[first : first + BUCKETS_AT_ONCE]
                bounds = {"first": buckets[0], "last": buckets[-1], "buckets": buckets}
                self._database.run(
                    "observer/sum_buckets",
                    counted_at | bounds | {"part": part, "seconds": seconds},
                )


def hash_ranges(count: int) -> Iterator[tuple[int, int]]:
    """`count` ranges, from first to last, that cover all 64-bit hashes."""
    bounds = [2**64 * number // count for number in range(count + 1)]
    for low, high in zip(bounds, bounds[1:], strict=False):
        yield low, high - 1


def portions(changed: Sequence[Row]) -> Iterator[list[datetime]]:
    """The buckets, so many at a time as one statement should count."""
    taken: list[datetime] = []
    records = 0
    for row in changed:
        if taken and (len(taken) == BUCKETS_AT_ONCE or records + row["records"] > RECORDS_AT_ONCE):
            yield taken
            taken, records = [], 0
        taken.append(row["bucket"])
        records += row["records"]
    if taken:
        yield taken


def _start(bucket: datetime, seconds: int) -> datetime:
    """The start of the longer bucket that a bucket lies in."""
    time = int(bucket.replace(tzinfo=UTC).timestamp())
    return datetime.fromtimestamp(time // seconds * seconds, UTC)
