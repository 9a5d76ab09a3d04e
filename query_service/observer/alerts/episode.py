"""An episode: a finding from the run that found it to the one that missed it for the last time."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.diagnose.causes import Explained
from query_service.diagnose.finding import SEVERITIES, Ids
from query_service.models.values import utc
from query_service.routes.context import within

MOST_IDS = 20
MOST_CHANGES = 100
_MOST_AGENTS, _MOST_EVIDENCE, _MOST_ACTIONS = 20, 50, 5
_SHORT, _LONG = 200, 500
_TIMES = ("opened_at", "checked_at", "resolved_at", "first_seen", "last_seen")


@dataclass(frozen=True)
class Episode:
    """A row of `findings`, by the names of its columns."""

    finding_id: str
    opened_at: datetime
    kind: str
    subject: str
    checked_at: datetime
    resolved_at: datetime | None
    misses: int
    severity: str
    worst_severity: str
    severity_times: tuple[datetime, ...]
    severities: tuple[str, ...]
    confidence: float
    title: str
    agents: list[str]
    caused_by: str
    first_seen: datetime
    last_seen: datetime
    task_ids: list[str]
    tasks: int
    trace_ids: list[str]
    traces: int
    error_ids: list[str]
    errors: int
    figures: Mapping[str, float]
    facts: Mapping[str, str]
    suggested_actions: list[str]

    @property
    def is_open(self) -> bool:
        """Whether it is still there, as far as is known."""
        return self.resolved_at is None

    @property
    def key(self) -> tuple[datetime, str]:
        """Its identity."""
        return self.opened_at, self.finding_id


NAMES = [field.name for field in fields(Episode)]


def rank(severity: str) -> int:
    """0 for the worst; the number of severities for none."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def worst(*severities: str) -> str:
    """The worst of them."""
    return min(severities, key=rank)


def of_row(row: Row) -> Episode:
    """An episode as it was kept."""
    told = {name: row[name] for name in NAMES}
    times = {name: told[name] and utc(told[name]) for name in _TIMES}
    changes = tuple(utc(time) for time in told["severity_times"])
    return Episode(
        **{**told, **times, "severity_times": changes, "severities": tuple(told["severities"])}
    )


def seen(one: Explained) -> dict[str, Any]:
    """What a run found, as columns of the episode: no larger than a row may be."""
    found = one.finding
    return {
        "finding_id": found.id,
        "kind": found.kind,
        "subject": _text(found.subject, _LONG),
        "severity": found.severity,
        "confidence": found.confidence,
        "title": _text(found.title, _LONG),
        "agents": [_text(name, _SHORT) for name in found.agents[:_MOST_AGENTS]],
        "caused_by": one.cause.id if one.cause else "",
        "first_seen": within(found.first_seen),
        "last_seen": within(found.last_seen),
        **_ids("task", found.tasks),
        **_ids("trace", found.traces),
        **_ids("error", found.errors),
        "figures": dict(list(found.figures.items())[:_MOST_EVIDENCE]),
        "facts": {
            _text(name, _SHORT): _text(text, _SHORT)
            for name, text in list(found.facts.items())[:_MOST_EVIDENCE]
        },
        "suggested_actions": [_text(fix, _LONG) for fix in found.fixes[:_MOST_ACTIONS]],
    }


def _ids(name: str, ids: Ids) -> dict[str, Any]:
    shown = [_text(one, _SHORT) for one in ids.first[:MOST_IDS]]
    return {f"{name}_ids": shown, f"{name}s": ids.total}


def _text(text: str, most: int) -> str:
    """A text as ClickHouse takes it: names may hold what is no character."""
    return text[:most].encode(errors="replace").decode()
