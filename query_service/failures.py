"""What is known of failures: what the observer has worked out, and what arrived since."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from query_service.db import Database, Row, fits
from query_service.models.failure import Failure, Report, failures, of_several_spans

KNOWN = "stored_failures"
LIVE = "failures"
ALONE = "report "
"""Before the id of a report without a trace."""
MOST = 4_000
"""So many ids of a kind are handed on at most."""
MOST_REPORTS = 3_000
MOST_SPANS = 20_000


@dataclass(frozen=True)
class Standing:
    """The view `source` has all failures, but of `units` it has to be taken what is `changed`."""

    source: str
    units: list[str] = field(default_factory=list)
    changed: list[Failure] = field(default_factory=list)

    @property
    def parameters(self) -> dict[str, Any]:
        """Those of the SQL files about failures."""
        return {
            "source": self.source,
            "is_live": int(self.source == LIVE),
            "units": self.units,
        }


def standing(database: Database) -> Standing:
    """How failures stand now. Raises Unavailable."""
    return standing_of(database, _arrived(database))


def is_touched(database: Database) -> bool:
    """Whether the observer may know a failure otherwise than it is. Raises Unavailable."""
    return touched(database, _arrived(database)) != []


def standing_of(database: Database, arrived: list[Row]) -> Standing:
    """The same, of the rows of `errors/arrived`. Raises Unavailable."""
    units = touched(database, arrived)
    if units is None:
        return Standing(LIVE)
    if not units:
        return Standing(KNOWN)
    changed = failures_of(database, units)
    return Standing(LIVE) if changed is None else Standing(KNOWN, units, changed)


def failures_of(database: Database, units: list[str]) -> list[Failure] | None:
    """Failures of these traces and reports, worked out now; None when there is too much to them.

    Raises Unavailable.
    """
    ids = [unit.removeprefix(ALONE) for unit in units if unit.startswith(ALONE)]
    asked = {"units": units, "ids": ids, "most": MOST_REPORTS + 1}
    rows = database.rows("errors/changed_reports", asked)
    inside = set(units)
    reports = [Report(**row) for row in rows if row["unit"] in inside]
    several = of_several_spans(reports)
    parents = parents_of(database, several) if several else {}
    return None if len(rows) > MOST_REPORTS or parents is None else failures(reports, parents)


def parents_of(database: Database, units: list[str]) -> dict[str, dict[str, str]] | None:
    """The parent of each span of some traces; None when there are too many. Raises Unavailable."""
    rows = database.rows("errors/changed_spans", {"units": units, "most": MOST_SPANS + 1})
    parents: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        parents[row["unit"]][row["span"]] = row["parent"]
    return None if len(rows) > MOST_SPANS else parents


def unit_of(error_id: str, trace_id: str) -> str:
    """What the failures of a report are worked out with: its trace, or it is alone."""
    return trace_id or f"{ALONE}{error_id}"


def touched(database: Database, arrived: list[Row]) -> list[str] | None:
    """Traces and reports whose failures may be others than the observer knows; None when these
    are all, or too many. Raises Unavailable."""
    if not arrived or arrived[0]["is_everything"]:
        return None
    [came] = arrived
    ids = {name: came[name] for name in ("traces", "reports")}
    if not any(ids.values()):
        return []
    if not _fit(*ids.values()):
        return None
    rows = database.rows("errors/touched", {**ids, "most": MOST + 1})
    units = sorted({*came["units"], *(row["unit"] for row in rows)})
    return units if _fit(units) else None


def _arrived(database: Database) -> list[Row]:
    return database.rows("errors/arrived", {"most": MOST + 1})


def _fit(*lists: list[str]) -> bool:
    """Whether these ids can be bound in one request."""
    return all(len(ids) <= MOST and fits(ids) for ids in lists)
