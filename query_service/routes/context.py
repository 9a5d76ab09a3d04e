"""What every endpoint needs: the database, the clock, and the moment that is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app

from query_service.db import Database, Row
from query_service.diagnose.thresholds import thresholds
from query_service.errors import InvalidParameter
from query_service.models.answered import Answered
from query_service.models.kept import Kept
from query_service.models.oracle_queues import Fields, size
from query_service.models.remembered import Remembered
from query_service.models.values import iso
from query_service.reader import Reader
from query_service.settings import Settings

Clock = Callable[[], datetime]
EVERYTHING = datetime(2100, 1, 1, tzinfo=UTC)
_MOST_KEPT = 16 * 1024 * 1024
"""Bytes of texts of each kind."""
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Context:
    """What the application holds for its endpoints. `listed` and `bodies`: texts of open tasks,
    `told_tasks` what the oracle makes of them; `settled_…`: what was told last of data that the
    observer has worked out. `thresholds`: what each detector decides by."""

    settings: Settings
    database: Database
    reader: Reader
    clock: Clock
    listed: Kept[bytes] = field(default_factory=lambda: Kept(_MOST_KEPT, len))
    bodies: Kept[bytes] = field(default_factory=lambda: Kept(_MOST_KEPT, len))
    told_tasks: Kept[Fields] = field(default_factory=lambda: Kept(_MOST_KEPT, size))
    settled_queues: Remembered[Any] = field(default_factory=Remembered)
    settled_queue: Remembered[Any] = field(default_factory=Remembered)
    settled_figures: Remembered[tuple[int, list[Row]]] = field(default_factory=Remembered)
    settled_graph: Remembered[Answered] = field(default_factory=Remembered)
    settled_groups: Remembered[Any] = field(default_factory=Remembered)
    settled_totals: Remembered[Row] = field(default_factory=Remembered)
    settled_tasks: Remembered[Any] = field(default_factory=Remembered)
    settled_agents: Remembered[Any] = field(default_factory=Remembered)
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=thresholds)


def context() -> Context:
    """The context of the running application."""
    found: Context = current_app.extensions["agent_telemetry"]
    return found


def database() -> Database:
    """The database of the running application."""
    return context().database


def within(time: datetime) -> datetime:
    """A time, clamped to what ClickHouse can hold."""
    return min(max(time, _EARLIEST), _LATEST)


def bound(time: datetime) -> str:
    """A time as ClickHouse reads it in a bound parameter, clamped to what it can hold."""
    return within(time).strftime("%Y-%m-%d %H:%M:%S.%f")


@dataclass(frozen=True)
class Moment:
    """The time an answer is for: what happened up to `at` counts, and the clock shows `now`."""

    at: datetime
    now: datetime

    @property
    def is_past(self) -> bool:
        """Whether a past time was asked for."""
        return self.at != EVERYTHING

    @property
    def parameters(self) -> dict[str, str]:
        """The bound parameters `at` and `now` of the SQL files."""
        return {"at": bound(self.at), "now": bound(self.now)}


def absolute(time: datetime | timedelta, now: datetime, parameter: str) -> datetime:
    """The time itself, or so long before now. Raises InvalidParameter before the year 1."""
    if isinstance(time, datetime):
        return time
    try:
        return now - time
    except OverflowError as error:
        raise InvalidParameter(parameter, "lies before the year 1") from error


def moment(at: datetime | timedelta | None) -> Moment:
    """The moment asked for. Raises InvalidParameter for the future and beyond the retention."""
    now = context().clock()
    if at is None:
        return Moment(EVERYTHING, now)
    time = absolute(at, now, "at")
    if time > now:
        raise InvalidParameter("at", f"lies in the future; the latest time is {iso(now)}")
    earliest = now - timedelta(days=context().settings.retention_days)
    if time < earliest:
        raise InvalidParameter("at", f"is older than the retention; earliest is {iso(earliest)}")
    return Moment(time, time)
