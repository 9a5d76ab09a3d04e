"""`/api/v1/oracle/history` and `/diff`: the state over time."""

from datetime import datetime, timedelta
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.errors import InvalidParameter
from query_service.models.oracle_points import Points
from query_service.models.parameters.oracle import DiffQuery, HistoryQuery
from query_service.models.values import iso
from query_service.oracle import diff, history, state
from query_service.routes.context import Moment, absolute, context, moment
from query_service.schemas.oracle_history import Diff, History

blueprint = APIBlueprint(
    "oracle_past", __name__, url_prefix="/api/v1/oracle", abp_tags=[Tag(name="Oracle")]
)
MOST_POINTS = 240
SHORTEST_STEP = timedelta(seconds=1)
MOST_CHANGES = 1_000


@blueprint.get("/history", summary="States over time", responses={200: History})
def over_time(query: HistoryQuery) -> dict[str, Any]:
    """The state at points of time, in short: the way to the state of `to`."""
    last, since = two_times(query.since, query.to)
    step = query.step
    if step is None:
        step = max((last.now - since) / 60, SHORTEST_STEP)
    if step < SHORTEST_STEP:
        raise InvalidParameter("step", f"is too short; at least {SHORTEST_STEP.seconds}s")
    points = Points.up_to(last.now, since, step // timedelta(microseconds=1) * 1000)
    if points.count > MOST_POINTS:
        raise InvalidParameter(
            "step", f"gives more than {MOST_POINTS} points; ask for a longer one"
        )
    told = history.find(last, points)
    return {
        "from": told[0]["at"],
        "to": told[-1]["at"],
        "step_seconds": step.total_seconds(),
        "points": told,
    }


@blueprint.get("/diff", summary="What changed", responses={200: Diff})
def between(query: DiffQuery) -> dict[str, Any]:
    """What is other at a time than before: each change with what was, and what is."""
    last, since = two_times(query.since, query.to)
    before, after = state.find(moment(since)), state.find(last)
    changes = diff.changes(before, after)
    shown = changes[:MOST_CHANGES]
    return {
        "from": iso(since),
        "to": iso(last.now),
        "changes": shown,
        "changes_omitted": len(changes) - len(shown),
        "text": diff.text(since, last.now, shown, len(changes) - len(shown)),
        "unknown": state.once([*before.unknown, *after.unknown]),
    }


def two_times(since: Any, to: Any) -> tuple[Moment, datetime]:
    """The moment of `to`, and the time of `from`. Raises InvalidParameter."""
    last = moment(to)
    first = absolute(since, last.now, "from")
    earliest = context().clock() - timedelta(days=context().settings.retention_days)
    if first < earliest:
        raise InvalidParameter("from", f"is older than the retention; earliest is {iso(earliest)}")
    if first >= last.now:
        raise InvalidParameter("from", f"is not before `to`, {iso(last.now)}")
    return last, first
