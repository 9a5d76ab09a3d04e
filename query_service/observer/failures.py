"""Keeps the table known_failures: which reports are one failure, worked out as they arrive.

A query takes the table for all that this job has seen, and works the rest out itself: so answers
are exact at once, and only slower when the observer is away.
"""

import logging
from datetime import UTC, datetime, timedelta

from query_service.db import Database
from query_service.failures import is_touched
from query_service.observer.horizon import horizon
from query_service.observer.progress import EPOCH, Progress, load, save

log = logging.getLogger(__name__)

KEPT = timedelta(hours=20)
"""`arrivals` goes back so far for certain; after a longer absence everything is worked out."""
AT_ONCE = 200_000
"""Errors and spans that one step takes: it stays below a second or two and a few 100 MB."""
REPORTS_AT_ONCE = 50_000
FEW_ROWS = 1_000
SHARE = 10
"""Beyond that, one row in ten has to lie outside the largest part."""


class FailuresJob:
    """Brings `known_failures` up to date. Doing it twice gives the same."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def run(self) -> None:
        """Raises Unavailable."""
        done = load(self._database, "failures").get("", Progress("", 0)).since
        seen = horizon(self._database)
        while done < seen.now:
            done = self._step(done)
            save(self._database, "failures", [Progress("", 0, min(done, seen.whole))])
        self._clean()

    def _step(self, done: datetime) -> datetime:
        """Work out one part of what arrived from `done` on; up to when."""
        [found] = self._database.rows(
            "observer/arrivals_after", {"since": _text(done), "most": AT_ONCE}
        )
        now, full_at = _utc(found["now"]), _utc(found["full_at"])
        if done < now - KEPT:
            self._rebuild(found["reports"])
            return now
        until = now if full_at <= EPOCH else min(now, full_at + timedelta(microseconds=1))
        if is_touched(self._database):
            self._write(done, until)
        return until

    def _rebuild(self, reports: int) -> None:
        shards = reports // REPORTS_AT_ONCE + 1
        for shard in range(shards):
            self._write(EPOCH, EPOCH, shard, shards)
            log.info(
                "worked out the failures of %d reports, part %d/%d", reports, shard + 1, shards
            )

    def _write(self, since: datetime, until: datetime, shard: int = 0, shards: int = 1) -> None:
        self._database.run(
            "observer/write_failures",
            {
                "since": _text(since),
                "until": _text(until),
                "shard": shard,
                "shards": shards,
            },
        )

    def _clean(self) -> None:
        [table] = self._database.rows("observer/failures_size")
        if table["is_merging"] or not worth_merging(table["all_rows"], table["outside"]):
            return
        self._database.run("observer/clean_failures")
        log.info("merged %d rows of known_failures into one part", table["outside"])


def worth_merging(rows: int, outside: int) -> bool:
    """Whether `outside` of `rows` rows, which lie in smaller parts, are worth writing all again.

    Rows that replace others lie there, and whatever a query has to merge by itself.
    """
    return outside >= max(FEW_ROWS, rows // SHARE)


def _utc(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _text(time: datetime) -> str:
    """A time with its microseconds: the driver binds a datetime by the second."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
