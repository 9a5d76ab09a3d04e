"""How far the observer's jobs have come, kept in ClickHouse so that a restart goes on there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from query_service.db import Database

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Progress:
    """A job's position for `key`; what `position` and `since` mean is the job's own affair."""

    key: str
    position: int
    since: datetime = EPOCH
    updated_at: datetime = EPOCH


def load(database: Database, job: str) -> dict[str, Progress]:
    """All positions of a job, by key. Raises Unavailable."""
    return {
        row["key"]: Progress(
            row["key"],
            row["position"],
            row["since"].replace(tzinfo=UTC),
            row["updated_at"].replace(tzinfo=UTC),
        )
        for row in database.rows("observer/progress", {"job": job})
    }


def save(database: Database, job: str, positions: Sequence[Progress]) -> None:
    """Keep these positions. Raises Unavailable."""
    database.insert(
        "observer_progress",
        [{"job": job, "key": p.key, "position": p.position, "since": p.since} for p in positions],
    )
