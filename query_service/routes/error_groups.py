"""`/api/v1/errors/groups`: what kinds of failures there are, and which are new."""

from datetime import timedelta
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.errors import InvalidParameter, NotFound
from query_service.failures import LIVE
from query_service.models.parameters.errors import GroupPath, GroupQuery, GroupsQuery
from query_service.models.values import iso, normalise, utc
from query_service.routes import failures
from query_service.routes.context import Moment, absolute, bound, moment
from query_service.routes.error_group_rows import page_rows, with_texts
from query_service.routes.paging import FIRST, fixed, next_cursor, opened
from query_service.schemas.errors import ErrorGroups, OneErrorGroup

blueprint = APIBlueprint(
    "error_groups", __name__, url_prefix="/api/v1/errors", abp_tags=[Tag(name="Errors")]
)
STEPS = 24
DEFAULT = timedelta(days=1)


@blueprint.get("/groups", summary="Groups of errors", responses={200: ErrorGroups})
def groups(query: GroupsQuery) -> dict[str, Any]:
    """Failures by type, normalised message and top frame, each with its trend and a sample."""
    asked, page = opened(query, query.cursor)
    new_since = FIRST if query.new_since is None else bound(_time(asked, query.new_since))
    chosen: dict[str, str | int] = {
        "new_since": new_since,
        "sort": query.sort.removeprefix("-"),
        "after_value": page.after_value,
        "after_id": page.after_id,
        **page.turn,
        "limit": query.limit + 1,
    }
    rows, where, trend = _groups(asked, query, **chosen)
    return {
        "total": rows[0]["total"] if rows else 0,
        "groups": [group(row) for row in with_texts(rows[: query.limit], where)],
        "next_cursor": next_cursor(
            rows, query.limit, fixed(page), ("last_seen_ns", "fingerprint"), "sort_value"
        ),
        **trend,
    }


@blueprint.get(
    "/groups/<fingerprint>", summary="One group of errors", responses={200: OneErrorGroup}
)
def one_group(path: GroupPath, query: GroupQuery) -> dict[str, Any]:
    """A group with failures in the window. Raises NotFound."""
    rows, where, trend = _groups(moment(query.at), query, fingerprint=path.fingerprint)
    if not rows:
        raise NotFound(f"Error group {path.fingerprint} has no failure in this window")
    return {"group": group(with_texts(rows, where)[0]), **trend}


def group(row: Row) -> dict[str, Any]:
    """A group of failures, and a failure of it whole."""
    names = ("fingerprint", "error_type", "message", "failures", "reports", "failures_before")
    return {
        **{name: row[name] for name in names},
        "first_seen": iso(row["first_seen"]),
        "last_seen": iso(row["last_seen"]),
        "counts": [row["counts"].get(step, 0) for step in range(STEPS)],
        "agents": row["agents"],
        "releases": row["releases"],
        "sample": row["sample"],
    }


def _time(asked: Moment, time: Any) -> Any:
    return utc(absolute(time, asked.now, "since"))


def _groups(
    asked: Moment, query: GroupQuery, **chosen: str | int
) -> tuple[list[Row], Row, dict[str, Any]]:
    """The groups, which failures they are of, and the window that they were counted in."""
    since = _time(asked, DEFAULT if query.since is None else query.since)
    until = asked.now if query.until is None else _time(asked, query.until)
    if until <= since:
        raise InvalidParameter("until", "lies before since")
    step = (until - since) / STEPS
    now = failures.standing()
    where: Row = {
        "since": bound(since),
        "until": bound(until),
        "agent": normalise(query.agent_name or ""),
        "severity": query.severity or "",
        "is_live": int(now.source == LIVE or bool(now.units)),
    }
    parameters = {
        **now.parameters,
        **where,
        "is_part": 0,
        "at": asked.parameters["at"],
        "step": max(1, int(step.total_seconds() * 1e9)),
        "steps": STEPS,
        "fingerprint": "",
        "new_since": FIRST,
        "sort": "count",
        "after_value": 0,
        "after_id": "",
        "turn": 1,
        "limit": 1,
        **chosen,
    }
    window = {
        "since": iso(since),
        "until": iso(until),
        "step_seconds": step.total_seconds(),
    }
    return page_rows(now, parameters), where, window
