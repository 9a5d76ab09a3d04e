"""Works out traces and groups of like spans anew, for what came since the last time.

Nothing is added up on arrival, since a redelivered span would count twice: what is touched is
worked out from the deduplicated spans. A query does the same for what came later, so its answer
does not depend on when this ran.
"""

import logging
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from query_service.db import Database, Row
from query_service.models.values import utc
from query_service.observer.horizon import horizon
from query_service.observer.progress import EPOCH, Progress, load, save

log = logging.getLogger(__name__)

ROWS_AT_ONCE = 100_000
TRACES_AT_ONCE = 20_000
BUCKETS_AT_ONCE = 2_000

PARTS_AT_ONCE = 28
PART = 6

Span = tuple[datetime, datetime]


class TracesJob:
    """Brings `trace_summaries` and `span_rollups` up to date. Doing it twice gives the same."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def run(self) -> None:
        """One step: at most ROWS_AT_ONCE arrivals, or everything anew. Raises Unavailable."""
        seen = horizon(self._database)
        kept = datetime.fromtimestamp(self._progress("traces").position, UTC)
        [step] = self._database.rows("observer/traces_step", {"rows": ROWS_AT_ONCE})
        if not step["is_kept"]:
            self._rebuild(seen.whole)
            return
        until = utc(step["touched_to"])
        if step["touched"]:
            arrived = (utc(step["touched_from"]), until)
            buckets = [utc(one) for one in step["buckets"]]
            self._work_out(arrived, (EPOCH, EPOCH), buckets)
            self._sum({_part(bucket) for bucket in buckets if bucket < kept})
        self._save(min(until, seen.whole), self._keep(kept, _part(seen.now)))
        if step["left"] > ROWS_AT_ONCE:
            log.info("traces: %d arrivals left, from %s", step["left"], until.isoformat())

    def _rebuild(self, whole: datetime) -> None:
        """Work out everything, part by part, where `arrivals` does not reach back far enough.

        An interrupted rebuild goes on where it was.
        """
        done = load(self._database, "traces_rebuild").get("", Progress("", 0, whole))
        began = whole if done.since == EPOCH else done.since
        parts = self._database.rows(
            "observer/span_hours", {"after": done.position, "traces": TRACES_AT_ONCE}
        )
        for number, part in enumerate(parts, 1):
            first, last = (utc(part[side]) for side in ("first", "last"))
            self._work_out((EPOCH, EPOCH), (first, last), [])
            position = Progress("", int(last.timestamp()), began)
            save(self._database, "traces_rebuild", [position])
            log.info("traces: worked out %d of %d parts", number, len(parts))
        self._save(began, EPOCH)
        save(self._database, "traces_rebuild", [Progress("", 0, EPOCH)])

    def _work_out(self, arrived: Span, started: Span, buckets: Sequence[datetime]) -> None:
        """Work out traces that arrived from one time to another, and the five minutes `buckets`;
        or all that started in whole hours."""
        bounds: Row = {
            "touched_from": arrived[0],
            "touched_to": arrived[1],
            "bucket_from": started[0],
            "bucket_to": started[1],
        }
        self._database.run("observer/summarise_traces", bounds)
        for first in range(0, max(len(buckets), 1), BUCKETS_AT_ONCE):
            some = buckets[first : first + BUCKETS_AT_ONCE]
            hours = {bucket.replace(minute=0) for bucket in some}
            bounds |= {"buckets": some, "hours": sorted(hours)}
            self._database.run("observer/roll_up_spans", bounds)
            self._database.run("observer/roll_up_hours", bounds)

    def _keep(self, kept: datetime, until: datetime) -> datetime:
        """Figures of six hours each, once they are over: whoever reads them reads no hours of
        these. Gives up to when there are any."""
        if kept < until:
            rows = self._database.rows("observer/span_parts", {"since": kept, "until": until})
            self._sum({utc(row["part"]) for row in rows})
        return max(kept, until)

    def _sum(self, parts: Collection[datetime]) -> None:
        """Add up hours that were worked out to six hours each."""
        ordered = sorted(parts)
        for first in range(0, len(ordered), PARTS_AT_ONCE):
            some = ordered[first : first + PARTS_AT_ONCE]
            bounds = {"parts": some, "first": some[0], "last": some[-1]}
            self._database.run("observer/roll_up_parts", bounds)

    def _progress(self, job: str) -> Progress:
        return load(self._database, job).get("", Progress("", 0))

    def _save(self, position: datetime, kept: datetime) -> None:
        """`kept`: up to when there are figures of six hours each."""
        save(self._database, "traces", [Progress("", int(kept.timestamp()), position)])


def _part(time: datetime) -> datetime:
    """The start of the six hours that a time lies in."""
    return time.replace(hour=time.hour // PART * PART, minute=0, second=0, microsecond=0)
