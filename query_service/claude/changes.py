"""What changed between two times, the weightiest first: after "it worked this morning"."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from query_service.db import Row
from query_service.models.parameters.errors import GroupsQuery
from query_service.models.values import iso
from query_service.oracle import diff, state
from query_service.routes import error_groups
from query_service.routes.context import Moment, bound, database, moment

Json = dict[str, Any]
LEAST_SPANS, TIMES, SHARE = 20, 1.5, 0.1
"""Speeds are compared of so many spans at least, and told when they differ so many times, or in the
share that failed by so much."""
MOST = 50
_GROWN = 3
_SHORTEST, _LONGEST = timedelta(minutes=15), timedelta(hours=1)
_WEIGHTS = {"sources": 65.0, "workload": 70.0, "litellm": 55.0, "agents": 30.0, "queues": 35.0}


def changes(since: datetime, last: Moment) -> tuple[list[Json], list[str]]:
    """Every change with its weight, the weightiest first; and what is not known at one of the
    times."""
    (before, after), (groups, speeds) = database().beside(
        # One after the other: both look whether tasks were touched while they read.
        lambda: (state.find(moment(since)), state.find(last)),
        lambda: database().beside(lambda: _groups(since, last), lambda: _speeds(since, last)),
    )
    found = [
        *(_of_state(one) for one in diff.changes(before, after)),
        *_of_errors(groups, since),
        *_of_speeds(speeds),
    ]
    found.sort(key=lambda one: (-one["weight"], one["section"], one["name"], one["text"]))
    return found, state.once([*before.unknown, *after.unknown])


def _groups(since: datetime, last: Moment) -> list[Json]:
    at = last.at if last.is_past else None
    asked = GroupsQuery(at=at, since=since, limit=2 * MOST)
    found: list[Json] = error_groups.groups(asked)["groups"]
    return found


def _speeds(since: datetime, last: Moment) -> list[Row]:
    length = min(max(last.now - since, _SHORTEST), _LONGEST)
    asked = {
        "before_until": bound(since),
        "until": bound(last.now),
        "seconds": int(length.total_seconds()),
        "least": LEAST_SPANS,
        "times": TIMES,
        "share": SHARE,
        "most": 2 * MOST,
    }
    return database().rows("claude/speeds", asked)


def _of_state(one: Json) -> Json:
    section, weight = one["section"], _WEIGHTS.get(one["section"], 0)
    if one["section"] == "issues":
        weight = 85 if one["change"] == "added" else 25
    elif one["attribute"] == "image":
        section, weight = "releases", 90
    elif one["section"] == "queues":
        weight += 10 * math.log10(1 + abs(_number(one["after"]) - _number(one["before"])))
    values = (one["before"], one["after"])
    return _told(section, one["name"], one["change"], one["attribute"], values, one["text"], weight)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _of_errors(groups: list[Json], since: datetime) -> Iterator[Json]:
    for one in groups:
        is_new = one["first_seen"] >= (iso(since) or "")
        before, after = one["failures_before"], one["failures"]
        if not is_new and after < _GROWN * max(1, before):
            continue
        what = f"error {one['error_type']}: {one['message'][:100]}"
        text = f"new {what} ({after}x)" if is_new else f"{what}: {before}x, now {after}x"
        weight = (80 if is_new else 60) + 5 * math.log10(1 + after)
        change = "added" if is_new else "changed"
        yield _told("errors", one["fingerprint"], change, "failures", (before, after), text, weight)


def _of_speeds(rows: list[Row]) -> Iterator[Json]:
    for row in rows:
        name = f"{row['agent']} {row['name']}"
        old, new = row["p95_ms_before"], row["p95_ms_after"]
        ratio = max(new / old, old / new) if old and new else 1
        if ratio >= TIMES:
            way = "slower" if new > old else "faster"
            text = f"{name} is {way}: p95 was {old:,.0f} ms, is {new:,.0f} ms"
            weight = (60 if way == "slower" else 20) + 10 * math.log2(ratio)
            both = (round(old, 3), round(new, 3))
            yield _told("speeds", name, "changed", "p95_ms", both, text, weight)
        was, now = (row[f"failed_{when}"] / row[f"spans_{when}"] for when in ("before", "after"))
        if abs(now - was) >= SHARE:
            text = f"{name} fails {now:.0%} of the time, was {was:.0%}"
            both = (round(was, 3), round(now, 3))
            yield _told("speeds", name, "changed", "failed", both, text, 75 if now > was else 22)


def _told(
    section: str,
    name: str,
    change: str,
    attribute: str | None,
    values: tuple[Any, Any],
    text: str,
    weight: float,
) -> Json:
    return {
        "section": section,
        "name": name,
        "change": change,
        "attribute": attribute,
        "before": values[0],
        "after": values[1],
        "text": text,
        "weight": round(weight, 1),
    }
