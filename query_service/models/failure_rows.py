"""Rows of failures that were worked out just now, and what they add to rows of the database."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self

from query_service.db import Row
from query_service.models.failure import Failure, Report
from query_service.models.values import ns, queue_name

SHOWN_REPORTS = 50


@dataclass(frozen=True)
class Asked:
    """Which failures are asked for: the bound parameters of errors/list.sql, times in Unix ns."""

    at: int
    since: int
    until: int
    arrived_until: int
    trace_id: str
    severity: str
    category: str
    agent: str
    error_type: str
    fingerprint: str

    @classmethod
    def of(cls, parameters: Mapping[str, Any]) -> Self:
        """The same from these parameters."""
        chosen = {one.name: parameters[one.name] for one in fields(cls)}
        return cls(**chosen | {name: time(chosen[name]) for name in ("at", "since", "until")})

    def shown(self, failure: Failure) -> int | None:
        """The place of its first report that matches; None when it is not asked for."""
        first, last = failure.first, failure.reports[-1]
        if first.time > self.at or first.time >= self.until or last.time < self.since:
            return None
        for wanted, found in (
            (self.trace_id, first.trace_id),
            (self.error_type, first.error_type),
            (self.fingerprint, first.group_key),
        ):
            if wanted not in ("", found):
                return None
        return next((i for i, one in enumerate(failure.reports) if self._matches(one)), None)

    def _matches(self, report: Report) -> bool:
        return (
            self.since <= report.time < self.until
            and report.time <= self.at
            and report.arrival <= self.arrived_until
            and self.severity in ("", report.severity)
            and self.category in ("", report.category)
            and self.agent in ("", report.agent)
        )


def time(text: str) -> int:
    """A bound parameter that is a time, in Unix ns."""
    return ns(datetime.fromisoformat(text))


def listed(failure: Failure, place: int, at: int) -> Row:
    """A failure as errors/list.sql tells it, by its report at that place."""
    told, report = failure.told(at), failure.reports[place]
    return {
        "failure_id": failure.first.error_id,
        "error_id": report.error_id,
        "key_time": report.time,
        "reports": told,
        "report_ids": [one.error_id for one in failure.reports[: min(told, SHOWN_REPORTS)]],
        "fingerprint": failure.first.group_key,
        "release": failure.first.release,
    }


def with_changed(
    rows: list[Row], changed: Sequence[Failure], parameters: Mapping[str, Any]
) -> list[Row]:
    """The page with what belongs there of the changed failures."""
    if not changed:
        return rows
    asked, turn = Asked.of(parameters), parameters["turn"]
    places = ((failure, asked.shown(failure)) for failure in changed)
    more = [listed(one, place, asked.at) for one, place in places if place is not None]
    end = (turn * parameters["after_time"], parameters["after_id"])

    def key(row: Row) -> tuple[int, str]:
        return turn * row["key_time"], row["error_id"]

    whole = sorted([*rows, *(row for row in more if key(row) < end)], key=key, reverse=True)
    return whole[: parameters["limit"]]


def totals(total: Row, changed: Iterable[Failure], asked: Asked) -> Row:
    """Totals of errors/totals.sql with those of the changed failures that match."""
    matching = [failure for failure in changed if asked.shown(failure) is not None]
    arrived = (failure.arrived_at for failure in matching)
    return total | {
        "total": total["total"] + len(matching),
        "total_reports": total["total_reports"] + sum(one.told(asked.at) for one in matching),
        "arrived_until": max([total["arrived_until"], *arrived]),
    }


def counted(changed: Iterable[Failure], at: int) -> list[Row]:
    """What errors/summary.sql tells of each failure."""
    return [
        {
            "name": name,
            "value": value,
            "failures": 1,
            "reports": failure.told(at),
            "arrived_until": failure.arrived_at,
        }
        for failure in changed
        if failure.first.time <= at
        for name, value in (
            ("severity", failure.first.severity),
            ("category", failure.first.category),
            ("agent_name", failure.first.agent_name or "unknown"),
        )
    ]


def by_agent(rows: Iterable[Row], changed: Iterable[Failure], at: int) -> list[Row]:
    """Rows of agents/errors.sql with the changed failures."""
    errors: Counter[str] = Counter()
    for row in rows:
        if owner := queue_name(row["agent_name"]):
            errors[owner] += row["errors"]
    for failure in changed:
        owner = failure.first.owner
        if owner and failure.first.time <= at:
            errors[owner] += 1
    return [{"agent": agent, "errors": count} for agent, count in errors.items()]
