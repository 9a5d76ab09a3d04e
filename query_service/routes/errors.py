"""`/api/v1/errors`: what failed, each failure once, whatever the number of its reports."""

from datetime import datetime
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.errors import NotFound
from query_service.models.cursor import Cursor
from query_service.models.error import error, summary
from query_service.models.parameters import (
    AgentErrorsQuery,
    AgentPath,
    AtQuery,
    ErrorPath,
    ErrorsQuery,
)
from query_service.models.values import normalise
from query_service.routes.context import absolute, bound, context, database, moment

blueprint = APIBlueprint("errors", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Errors")])
_END = 2**63 - 1  # ns, after every time
_NO_FILTER: dict[str, str | int] = {
    "trace_id": "",
    "severity": "",
    "category": "",
    "agent": "",
    "since": "1970-01-01 00:00:00",
    "until": "2200-01-01 00:00:00",
    "arrived_until": _END,
    "after_time": _END,
    "after_id": "",
}


def failures(at: str, limit: int, **chosen: str | int) -> list[Row]:
    """Up to `limit` + 1 failures, newest first: one more than asked for tells that more follow."""
    return database().rows("errors/list", {**_NO_FILTER, "at": at, "limit": limit + 1, **chosen})


def _summary(at: str) -> dict[str, Any]:
    return summary(database().rows("errors/summary", {"at": at}))


def _chosen(query: ErrorsQuery) -> dict[str, str | int]:
    """The filters that were given, as parameters of the SQL file."""
    chosen: dict[str, str | int] = {
        "trace_id": query.trace_id or "",
        "severity": query.severity or "",
        "category": query.category or "",
        "agent": normalise(query.agent_name or ""),
    }
    now = context().clock()
    if query.since is not None:
        chosen["since"] = bound(absolute(query.since, now, "since"))
    if query.until is not None:
        chosen["until"] = bound(absolute(query.until, now, "until"))
    return chosen


def _next(rows: list[Row], limit: int, at: datetime, page: Cursor | None) -> str | None:
    """The cursor of the next page, if there is one."""
    if not 0 < limit < len(rows):
        return None
    last = rows[limit - 1]
    return Cursor(
        at=at,
        arrived_until=page.arrived_until if page else last["arrived_until"],
        after_time=last["key_time"],
        after_id=last["error_id"],
    ).encode()


@blueprint.get("/errors", summary="Errors, newest first")
def errors(query: ErrorsQuery) -> dict[str, Any]:
    """Failures that have a report matching every filter; the summary is of all there are."""
    page = Cursor.decode(query.cursor) if query.cursor else None
    at = page.at if page else moment(query.at).at
    chosen = _chosen(query)
    if page:
        chosen |= page.model_dump(exclude={"at"})
    rows = failures(bound(at), query.limit, **chosen)
    return {
        "total": rows[0]["total"] if rows else 0,
        "total_reports": rows[0]["total_reports"] if rows else 0,
        "errors": [error(row) for row in rows[: query.limit]],
        "summary": _summary(bound(at)),
        "next_cursor": _next(rows, query.limit, at, page),
    }


@blueprint.get("/errors/summary", summary="Counts of all errors")
def errors_summary(query: AtQuery) -> dict[str, Any]:
    """Failures by severity, category and agent."""
    return _summary(moment(query.at).parameters["at"])


@blueprint.get("/errors/<error_id>", summary="One error")
def one_error(path: ErrorPath, query: AtQuery) -> dict[str, Any]:
    """The report of that id, and the failure it belongs to. Raises NotFound."""
    rows = database().rows(
        "errors/one", {"at": moment(query.at).parameters["at"], "error_id": path.error_id}
    )
    if not rows:
        raise NotFound(f"Error {path.error_id} not found")
    return {"error": error(rows[0])}


@blueprint.get("/errors/agent/<agent_name>", summary="Errors of an agent")
def agent_errors(path: AgentPath, query: AgentErrorsQuery) -> dict[str, Any]:
    """Failures of one agent, newest first; zero when it has none or is unknown."""
    at = moment(query.at).parameters["at"]
    rows = failures(at, query.limit, agent=normalise(path.agent_name))
    return {
        "agent_name": path.agent_name,
        "error_count": rows[0]["total"] if rows else 0,
        "report_count": rows[0]["total_reports"] if rows else 0,
        "errors": [error(row) for row in rows[: query.limit]],
    }
