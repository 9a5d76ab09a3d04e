"""Counts messages by the hour, from the deduplicated table.

An hour is counted once it is over, and again whenever a record of it arrives later: counts can not
be added up on arrival, since a redelivered record would count twice.
"""

import logging
from datetime import UTC, datetime, timedelta

from query_service.db import Database
from query_service.observer.progress import EPOCH, Progress, load, save

log = logging.getLogger(__name__)

CLOSES_AFTER = timedelta(minutes=5)
OVERLAP = timedelta(minutes=10)
"""A row can be seen later than it arrived: so much of the past is looked at again."""
HOURS_AT_ONCE = 48


def last_closed(now: datetime) -> datetime:
    """End of the last hour that counts as over at `now`."""
    return (now - CLOSES_AFTER).replace(minute=0, second=0, microsecond=0)


class RollupsJob:
    """Brings `queue_counts_hourly` up to date. Doing it twice gives the same."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def run(self) -> None:
        """Raises Unavailable."""
        now = datetime.now(UTC)
        closed = last_closed(now)
        done = load(self._database, "rollups").get("", Progress("", 0))
        hours = self._database.rows(
            "observer/changed_hours",
            {
                "since": max(EPOCH + OVERLAP, done.since) - OVERLAP,
                "closed_before": datetime.fromtimestamp(done.position, UTC),
                "closed": closed,
            },
        )
        buckets = sorted(row["bucket"] for row in hours)
        for start in range(0, len(buckets), HOURS_AT_ONCE):
            part = buckets[start : start + HOURS_AT_ONCE]
            self._database.run(
                "observer/count_hours",
                {"buckets": part, "first": part[0], "last": part[-1], "computed_at": now},
            )
        save(self._database, "rollups", [Progress("", int(closed.timestamp()), now)])
