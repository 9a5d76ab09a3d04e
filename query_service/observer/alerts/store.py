"""Reads and writes the tables of findings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from query_service.db import Database
from query_service.models.values import utc
from query_service.observer.alerts.episode import NAMES, Episode, of_row, worst
from query_service.observer.alerts.notices import Event, Known, Notice, Told

MOST = 2_000
"""Episodes that are open or whose end is to be told: more than can be open."""
SENT, FAILED = "sent", "failed"


@dataclass(frozen=True)
class Last:
    """The last run, 0 before the first one; and the time of the server, by which runs are timed:
    observers may have clocks of their own."""

    run: int
    at: datetime
    now: datetime


def last(database: Database) -> Last:
    """As it is now. Raises Unavailable."""
    [row] = database.rows("alerts/last_run")
    return Last(row["run"], utc(row["at"]), utc(row["now"]))


def open_episodes(database: Database) -> list[Episode]:
    """Episodes that no run has ended. Raises Unavailable."""
    return [of_row(row) for row in database.rows("alerts/open", {"most": MOST})]


def keep(database: Database, episodes: Sequence[Episode], run: dict[str, Any]) -> None:
    """Keep what a run changed, and the run when that is done: one that is cut off is run again.

    Raises Unavailable.
    """
    rows = [{**{name: getattr(one, name) for name in NAMES}, "run": run["run"]} for one in episodes]
    database.insert("findings", rows)
    database.insert("finding_runs", [run])


def known(database: Database, destination: str) -> list[Known]:
    """Episodes that are open, or whose end this destination was not told. Raises Unavailable."""
    rows = database.rows("alerts/known", {"destination": destination, "most": MOST})
    return [
        Known(
            of_row(row),
            Told(
                worst(*row["told"]) if row["told"] else "",
                row["as_root"],
                utc(row["told_at"]) if row["told"] else None,
                row["reminders"],
            ),
        )
        for row in rows
    ]


def record(database: Database, notices: Sequence[Notice], destination: str, why: str = "") -> None:
    """Keep that this was told, or `why` it could not be. Raises Unavailable."""
    outcome = {"destination": destination, "outcome": FAILED if why else SENT, "reason": why}
    database.insert("finding_notices", [row | outcome for row in recorded(notices)])


def recorded(notices: Sequence[Notice]) -> list[dict[str, Any]]:
    """A row for each episode that is told of, below a root too."""
    rows = []
    for one in notices:
        rows.append(_row(one.root, one.event, one.detail, "", one.severity))
        rows += _rows_below(one)
    return rows


def _rows_below(one: Notice) -> list[dict[str, Any]]:
    rows = []
    root = one.root.episode.finding_id
    for each in one.below:
        severity = each.episode.severity
        if not each.episode.is_open:
            rows.append(_row(each, Event.RESOLVED, "", root, each.episode.worst_severity))
        elif not each.is_told:
            rows.append(_row(each, Event.OPENED, "", root, severity))
        elif worst(severity, each.told.severity) != each.told.severity:
            rows.append(_row(each, Event.WORSE, severity, root, severity))
    return rows


def _row(one: Known, event: Event, detail: str, part_of: str, severity: str) -> dict[str, Any]:
    return {
        "finding_id": one.episode.finding_id,
        "opened_at": one.episode.opened_at,
        "event": event.value,
        "detail": detail,
        "part_of": part_of,
        "severity": severity,
    }
