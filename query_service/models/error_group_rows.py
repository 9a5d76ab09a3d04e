"""Groups of failures with those that were worked out just now, as errors/groups.sql tells them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from query_service.db import Row
from query_service.models.failure import Failure
from query_service.models.failure_rows import time

SHOWN = 50
"""Agents and releases of a group."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Window:
    at: int
    since: int
    until: int
    step: int
    steps: int
    agent: str
    severity: str

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> Self:
        chosen = {one.name: asked[one.name] for one in fields(cls)}
        return cls(**chosen | {name: time(chosen[name]) for name in ("at", "since", "until")})

    def row(self, failure: Failure) -> Row:
        """The group of this failure alone."""
        first = failure.first
        heard = [report for report in failure.reports if report.time <= self.at]
        is_asked = self.agent in ("", *(report.agent for report in failure.reports)) and (
            self.severity in ("", *(report.severity for report in failure.reports))
        )
        is_inside = is_asked and self.since <= first.time < self.until
        since_before = self.since - self.step * self.steps
        place = max(0, (first.time - self.since) // self.step)
        return {
            "fingerprint": first.group_key,
            "error_type": first.error_type,
            "failures": int(is_inside),
            "reports": len(heard) if is_inside else 0,
            "failures_before": int(is_asked and since_before <= first.time < self.since),
            "first_seen_ns": first.time,
            "last_seen_ns": heard[-1].time,
            "sample_ns": first.time if is_inside else 0,
            "agents": [first.agent_name] if is_inside and first.agent_name else [],
            "releases": [first.release] if is_inside and first.release else [],
            "counts": {place: 1} if is_inside else {},
            "first_id": first.error_id,
            "sample_id": first.error_id if is_inside else "",
        }


def with_changed(
    rows: Iterable[Row], changed: Iterable[Failure], asked: Mapping[str, Any]
) -> list[Row]:
    """A page of groups; `rows` are all groups of the other failures, `asked` the parameters of
    errors/groups.sql for that page."""
    window = _Window.of(asked)
    parts: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        parts[row["fingerprint"]].append(row)
    for failure in changed:
        is_wanted = asked["fingerprint"] in ("", failure.first.group_key)
        if is_wanted and failure.first.time <= window.at:
            parts[failure.first.group_key].append(window.row(failure))
    return page_of((_sum(some) for some in parts.values()), asked)


def _sum(parts: list[Row]) -> Row:
    first = min(parts, key=lambda part: (part["first_seen_ns"], part["first_id"]))
    sample = max(parts, key=lambda part: (part["sample_ns"], part["sample_id"]))
    counts: dict[int, int] = defaultdict(int)
    for part in parts:
        for place, count in part["counts"].items():
            counts[place] += count
    last_seen_ns = max(part["last_seen_ns"] for part in parts)
    return {
        "fingerprint": first["fingerprint"],
        "error_type": first["error_type"],
        **{n: sum(p[n] for p in parts) for n in ("failures", "reports", "failures_before")},
        **{n: _first_of(n, parts) for n in ("agents", "releases")},
        "counts": counts,
        "first_seen": _datetime(first["first_seen_ns"]),
        "last_seen": _datetime(last_seen_ns),
        "first_seen_ns": first["first_seen_ns"],
        "last_seen_ns": last_seen_ns,
        "first_id": first["first_id"],
        "sample_id": sample["sample_id"],
    }


def _first_of(name: str, parts: list[Row]) -> list[str]:
    return sorted({text for part in parts for text in part[name]})[:SHOWN]


def _datetime(time: int) -> datetime:
    return _EPOCH + timedelta(microseconds=time // 1_000)


def page_of(found: Iterable[Row], asked: Mapping[str, Any]) -> list[Row]:
    """A page of these groups, those with failures in the window."""
    new_since = time(asked["new_since"])
    groups = [g for g in found if g["failures"] and g["first_seen_ns"] >= new_since]
    turn, sort = asked["turn"], {"count": "failures"}.get(asked["sort"], f"{asked['sort']}_ns")
    whole = [
        {**group, "sort_value": group[sort], "total": len(groups)}
        for group in sorted(groups, key=lambda g: (-turn * g[sort], g["fingerprint"]))
    ]
    place = (-turn * asked["after_value"], asked["after_id"])
    following = [
        row
        for row in whole
        if not asked["after_id"] or (-turn * row["sort_value"], row["fingerprint"]) > place
    ]
    return following[: asked["limit"]]
