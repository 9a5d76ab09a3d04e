"""The questions for figures of spans by agent and name, and for how many spans ended.

Six hours each and whole hours are taken as the observer has worked them out. Of six hours that
spans came in since, or that the window cuts, the hours are taken, of such an hour its five minutes,
and of such five minutes the spans.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from query_service.db import Row
from query_service.models.values import utc
from query_service.routes.context import EVERYTHING, Moment, bound, context, database
from query_service.routes.settled import kept
from query_service.routes.tail import BUCKET, HOUR, MOST_BUCKETS, PART, start, starts

Queries = list[tuple[str, dict[str, Any]]]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    """What a question is bound to, and the window of the spans."""

    parameters: Row
    first: datetime
    last: datetime

    def cut(self, touched: Iterable[datetime], until: datetime) -> Row:
        """The hours that are not taken as worked out, and of their five minutes those that are not,
        as parameters of the SQL files; with `until`, as of `six_hours`."""
        sides = [side for side in (self.first, self.last) if EPOCH < side < EVERYTHING]
        begin = start(max(self.first, EPOCH), BUCKET)
        # The time of a span beyond 2100 is 2100: it counts where no end is asked for.
        end = LATEST if self.last == EVERYTHING else self.last
        anew = {bucket for bucket in touched if begin <= bucket < end}
        anew |= {start(side, BUCKET) for side in sides if start(side, BUCKET) != side}
        hours = anew | {side for side in sides if start(side, HOUR) != side}
        return {
            "hours": starts(hours, HOUR),
            "buckets": starts(anew, BUCKET),
            **six_hours(begin, min(self.last, until), hours),
        }


def six_hours(first: datetime, until: datetime, cut: Iterable[datetime]) -> Row:
    """From when to when figures of six hours each are taken, but for those with a time that is cut,
    as parameters of the SQL files. There are none from `until` on."""
    begin, end = start(first + timedelta(seconds=PART - 1), PART), start(until, PART)
    if begin >= end:
        begin = end = EPOCH
    inside = [time for time in cut if begin <= time < end]
    return {
        "parts_from": bound(begin)[:19],
        "parts_until": bound(end)[:19],
        "parts_cut": starts(inside, PART),
    }


def summary_queries(asked: Moment, position: Row, count: Asked, groups: Asked) -> Queries:
    """The groups of spans, and then their number in one or two parts; `position` is the row of
    `traces/position`."""
    touched = [utc(bucket) for bucket in position["buckets"]]
    is_far = utc(position["touched_to"]) == EVERYTHING
    if is_far or asked.is_past or len(touched) > MOST_BUCKETS:
        return [
            ("metrics/figures_all", groups.parameters),
            ("metrics/count_all", count.parameters),
        ]
    until = utc(position["parts_until"])
    counted, grouped = count.cut(touched, until), groups.cut(touched, until)
    kind = "_settled" if not grouped["hours"] else ""
    if groups.parameters["sort"] == "p95":  # only the view has the times of all groups
        kind = "_all"
    queries: Queries = [
        (f"metrics/figures{kind}", {**groups.parameters, **grouped}),
        ("metrics/count", {**count.parameters, **counted}),
    ]
    is_alike = all(counted[name] == grouped[name] for name in ("hours", "buckets"))
    is_counted = is_alike and not (kind or groups.parameters["name"])
    is_counted = is_counted and all(bucket < EVERYTHING for bucket in touched)
    if counted["buckets"] and not is_counted:
        queries.append(("metrics/count_anew", {**count.parameters, **counted}))
    return queries


def summary(queries: Queries) -> tuple[int, list[Row]]:
    """How many spans ended, and the groups with how long they took, by `summary_queries`. Where
    everything is worked out, they are read when the figures are others than those read last."""
    if [name for name, _ in queries] != ["metrics/figures_settled", "metrics/count"]:
        return _summary(queries)
    if queries[1][1]["buckets"]:
        return _summary(queries)
    held = context().settled_figures
    return kept(held, ("span_rollups",), repr(queries), lambda: _summary(queries))[0]


def _summary(queries: Queries) -> tuple[int, list[Row]]:
    """The spans that were read for the groups are counted there, unless they are counted apart."""
    groups, *counts = database().together(*queries)
    live = groups[0].get("live_ended", 0) if groups and len(counts) == 1 else 0
    if groups and "bins" not in groups[0]:
        _add_bins(groups, queries[0][1])
    return live + sum(rows[0]["spans"] for rows in counts), groups


def _add_bins(groups: list[Row], asked: Row) -> None:
    """Adds how long the spans took to the groups that are shown: for all it would take as long
    again."""
    names = {"agents": [r["agent"] for r in groups], "names": [r["name"] for r in groups]}
    rows = database().rows("metrics/bins", {**asked, **names})
    known = {(row["agent"], row["name"]): row["bins"] for row in rows}
    for row in groups:
        worked_out = known.get((row["agent"], row["name"]), {})
        row["bins"] = Counter(worked_out) + Counter(row.get("live_bins", {}))
