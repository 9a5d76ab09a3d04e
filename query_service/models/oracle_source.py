"""How the sources of the observer are, and for when what they showed holds."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, Field, ValidationError

from query_service.db import Row
from query_service.models.values import iso, utc

OK, OFF, SILENT, UNKNOWN = "ok", "off", "silent", "unknown"
MISSED = 2.5
"""So many records each minute are missed before nobody is taken to look."""
_KEEP_ALIVE = 60.0


@dataclass(frozen=True)
class Source:
    """One source: its `state` is what the observer saw, `silent` when the observer says nothing of
    it any more, and `unknown` when it never did. What it showed holds for `until`."""

    name: str
    state: str
    since: datetime | None = None
    until: datetime | None = None
    message: str = ""
    keep_alive: float = _KEEP_ALIVE

    @property
    def is_current(self) -> bool:
        """Whether what it showed holds now."""
        return self.state == OK

    @property
    def is_away(self) -> bool:
        """Whether it is not seen though it was to be."""
        return self.state not in (OK, OFF, UNKNOWN)

    @property
    def window(self) -> tuple[datetime, datetime] | None:
        """Between which times all that it showed last was recorded; None when it showed nothing."""
        if self.until is None:
            return None
        return self.until - timedelta(seconds=MISSED * self.keep_alive), self.until

    @property
    def told(self) -> str:
        """A sentence about a source that is not as it should be."""
        if self.state == UNKNOWN:
            return f"{self.name} was not observed"
        if self.state == OFF:
            return f"{self.name} is not observed (it is off)"
        what = f": {self.message}" if self.message else ""
        return f"{self.name} is {self.state} since {iso(self.since)}{what}"


class _Seen(BaseModel):
    """What the observer recorded of a source."""

    state: str
    message: str = ""
    keep_alive: float = Field(_KEEP_ALIVE, gt=0, le=86_400)


def sources(rows: Iterable[Row], at: datetime) -> dict[str, Source]:
    """Sources by name, out of `oracle/sources`, as they are at a time; what cannot be read says
    nothing."""
    found = {}
    for row in rows:
        try:
            found[row["name"]] = _source(row, _Seen.model_validate_json(row["last"]), at)
        except ValidationError:
            continue
    return found


def state_of(recorded: str) -> str:
    """The state in what was recorded of a source; empty when it cannot be read."""
    try:
        return _Seen.model_validate_json(recorded).state
    except ValidationError:
        return ""


def _source(row: Row, seen: _Seen, at: datetime) -> Source:
    since, last_seen = utc(row["since"]), utc(row["last_seen"])
    state, until = seen.state, at if seen.state == OK else since
    if (at - last_seen).total_seconds() > MISSED * seen.keep_alive:
        state, since, until = SILENT, last_seen, last_seen if state == OK else since
    shown = None if seen.state == OFF else until
    return Source(row["name"], state, since, shown, seen.message, seen.keep_alive)
