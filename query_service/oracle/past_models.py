"""Models at points of time: how much they were used, and whether they answered."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta

from query_service.db import Row
from query_service.models.oracle_gateway import METRICS, MODEL, Told, figures, models
from query_service.models.oracle_llm import count_by_calls, with_calls
from query_service.models.oracle_past_cluster import by_thing, states
from query_service.models.oracle_points import Points
from query_service.models.oracle_source import MISSED, Source
from query_service.models.values import from_ns
from query_service.oracle.past_sources import parameters
from query_service.oracle.sources import LITELLM, MODEL_FIGURES, OLLAMA, source
from query_service.routes.context import bound, database

MOST = 1_000
"""So many models that spans tell of are told of a point; one more is read, to say so."""
_MOST_STATES = 50_000


def read(points: Points, known: Sequence[dict[str, Source]]) -> list[list[Told]]:
    """By point the models of gateways that were seen then, and those that spans tell of."""
    every = [source(one, name) for one in known for name in (LITELLM, OLLAMA, MODEL_FIGURES)]
    gap = round(MISSED * max(one.keep_alive for one in every) * 1e9)
    first, last = from_ns(points.first), from_ns(points.last)
    spaced = {"first": points.first, "step": points.step, "count": points.count}
    calls = {
        "since": bound(first - timedelta(minutes=5)), "until": bound(last), **spaced,
        "most": MOST + 1,
    }  # fmt: skip
    grown = {
        "since": bound(first - timedelta(hours=1)), "until": bound(last), **spaced,
        "metrics": METRICS, "source": LITELLM, "gap": gap / 1e9,
    }  # fmt: skip
    things, called, grew = database().together(
        ("oracle/history_things", parameters(points, [MODEL], gap, _MOST_STATES)),
        ("oracle/history_calls", calls),
        ("oracle/history_figures", grown),
    )
    seen: list[list[Row]] = [[] for _ in points.all]
    for own in by_thing(things).values():
        for number, row in enumerate(states(own, points, gap)):
            if row:
                seen[number].append({**row, "last_seen": points.times[number]})
    told = []
    for now, rows, used, spans in zip(
        known, seen, _by_point(points, grew), _by_point(points, called), strict=True
    ):
        told.append(_told(now, rows, used, spans))
    return told


def _told(
    known: dict[str, Source], rows: Iterable[Row], grew: Iterable[Row], calls: Iterable[Row]
) -> list[Told]:
    found: list[Told] = []
    for name in (LITELLM, OLLAMA):
        if source(known, name).is_current:
            counted = name == LITELLM and source(known, MODEL_FIGURES).is_current
            found += models(rows, figures(grew if counted else []), name, is_current=True)
    found = with_calls(found, calls)
    count_by_calls(found)
    return found


def _by_point(points: Points, rows: Iterable[Row]) -> list[list[Row]]:
    found: defaultdict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["point"]].append(row)
    return [found[number] for number in range(points.count)]
