"""`/api/v1/errors/groups`: what kinds of failures there are, and which are new."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.errors import InvalidParameter, NotFound
from query_service.failures import KNOWN, LIVE
from query_service.models.parameters.errors import GroupPath, GroupQuery, GroupsQuery
from query_service.models.values import iso, normalise, utc
from query_service.routes import failures
from query_service.routes.context import Moment, absolute, bound, moment
from query_service.routes.error_group_rows import page_rows, with_texts
from query_service.routes.paging import FIRST, fixed, next_cursor, opened
from query_service.routes.settled_groups import settled_groups, with_kept_texts
from query_service.schemas.errors import ErrorGroups, OneErrorGroup

blueprint = APIBlueprint(
    "error_groups", __name__, url_prefix="/api/v1/errors", abp_tags=[Tag(name="Errors")]
)
STEPS = 24
DEFAULT = timedelta(days=1)
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


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
    rows, told, trend = _groups(asked, query, **chosen)
    return {
        "total": rows[0]["total"] if rows else 0,
        "groups": [group(row) for row in told(rows[: query.limit])],
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
    rows, told, trend = _groups(moment(query.at), query, fingerprint=path.fingerprint)
    if not rows:
        raise NotFound(f"Error group {path.fingerprint} has no failure in this window")
    return {"group": group(told(rows)[0]), **trend}


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
) -> tuple[list[Row], Callable[[list[Row]], list[Row]], dict[str, Any]]:
    """The groups, how they get what they say, and the window that they were counted in."""
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
        "from": bound(_EARLIEST if since - _EARLIEST < until - since else since - (until - since)),
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
    is_settled = now.source == KNOWN and not (now.units or asked.is_past)
    if found := settled_groups(parameters) if is_settled else None:
        rows, groups = found
        return rows, lambda shown: with_kept_texts(groups, shown, where), window
    return page_rows(now, parameters), lambda shown: with_texts(shown, where), window
