"""How the sources of the observer were at points of time."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from query_service.db import Row
from query_service.models.oracle_points import Points, at_points
from query_service.models.oracle_source import Source, sources, state_of
from query_service.models.values import from_ns, ns
from query_service.observer.sources import SOURCE
from query_service.routes.context import bound, database

MOST = 10_000
"""So many different states of sources are looked at."""


def read(points: Points) -> list[dict[str, Source]]:
    """By point each source by its name."""
    before, rows = database().together(
        ("oracle/sources", {"at": bound(from_ns(points.first))}),
        ("oracle/history_things", parameters(points, [SOURCE], points.step, MOST)),
    )
    seen: defaultdict[str, list[Row]] = defaultdict(list)
    for row in before:
        seen[row["name"]] += [{**row, "last_seen": row[when]} for when in ("since", "last_seen")]
    for row in rows:
        for time in map(from_ns, row["times"]):
            own = {"name": row["name"], "last": row["attributes"], "last_seen": time}
            seen[row["name"]].append(own)
    found: list[list[Row]] = [[] for _ in points.all]
    for every in seen.values():
        for at_point, known in zip(found, at_points(points, _since(every), None), strict=True):
            at_point += [known] if known else []
    return [sources(rows, time) for rows, time in zip(found, points.times, strict=True)]


def parameters(points: Points, kinds: Sequence[str], gap: int, most: int) -> dict[str, Any]:
    """What `oracle/history_things` is asked."""
    return {
        "kinds": kinds,
        "since": bound(from_ns(points.first - gap)),
        "until": bound(from_ns(points.last)),
        "first": points.first,
        "step": points.step,
        "gap": gap,
        "most": most,
    }


def _since(rows: list[Row]) -> list[tuple[int, Row]]:
    """Each with since when the source was so, by the time when it was seen."""
    found: list[tuple[int, Row]] = []
    state, since = None, None
    for row in sorted(rows, key=lambda row: ns(row["last_seen"])):
        now = state_of(row["last"])
        if since is None or now != state:
            state, since = now, row.get("since", row["last_seen"])
        found.append((ns(row["last_seen"]), {**row, "since": since}))
    return found
