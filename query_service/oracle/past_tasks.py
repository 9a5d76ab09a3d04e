"""Tasks that waited, and were worked on, at points of time."""

from query_service.models.oracle_past_tasks import Counts, Offsets, Task, counted
from query_service.models.oracle_points import Points
from query_service.models.values import from_ns
from query_service.routes.context import bound, database

MOST = 100_000
"""So many tasks are looked at."""


def read(points: Points) -> tuple[dict[str, list[Counts]], Offsets, bool]:
    """Tasks of each agent by point, what Kafka knew then, and whether some were left out."""
    first, last = from_ns(points.first), from_ns(points.last)
    spaced = {"first": points.first, "step": points.step}
    times = {"since": bound(first), "until": bound(last), **spaced}
    chosen = {**spaced, "last": points.last, "most": MOST + 1}
    rows, (before, within) = database().beside(
        lambda: database().tuples("oracle/history_tasks", chosen),
        lambda: database().together(
            ("queues/topics_at", {"at": bound(first), "topic": ""}),
            ("oracle/history_offsets", times),
        ),
    )
    offsets = Offsets(points, before, within)
    return counted((Task(*row) for row in rows[:MOST]), points, offsets), offsets, len(rows) > MOST
