"""`/api/v1/errors`: what failed, each failure once, whatever the number of its reports."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.errors import NotFound
from query_service.models.cursor import END
from query_service.models.error import error, summary
from query_service.models.parameters import (
    AgentErrorsQuery,
    AgentPath,
    AtQuery,
    ErrorPath,
    ErrorsQuery,
)
from query_service.models.values import normalise
from query_service.routes.context import Moment, database, moment
from query_service.routes.paging import FIRST, LAST, after, next_cursor, opened, window

blueprint = APIBlueprint("errors", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Errors")])
_NO_FILTER: dict[str, str | int] = {
    "trace_id": "",
    "severity": "",
    "category": "",
    "agent": "",
    "since": FIRST,
    "until": LAST,
    "arrived_until": END,
    "after_time": END,
    "after_id": "",
}


def failures(at: str, limit: int, **chosen: str | int) -> list[Row]:
    """Up to `limit` + 1 failures, newest first: one more than asked for tells that more follow."""
    return database().rows("errors/list", {**_NO_FILTER, "at": at, "limit": limit + 1, **chosen})


def _summary(at: str) -> dict[str, Any]:
    return summary(database().rows("errors/summary", {"at": at}))


def _chosen(query: ErrorsQuery, asked: Moment) -> dict[str, str | int]:
    """The filters that were given, as parameters of the SQL file."""
    return {
        "trace_id": query.trace_id or "",
        "severity": query.severity or "",
        "category": query.category or "",
        "agent": normalise(query.agent_name or ""),
        **window(query, asked),
    }


@blueprint.get("/errors", summary="Errors, newest first")
def errors(query: ErrorsQuery) -> dict[str, Any]:
    """Failures that have a report matching every filter; the summary is of all there are."""
    asked, page = opened(query, query.cursor)
    at = asked.parameters["at"]
    rows = failures(
        at,
        query.limit,
        **_chosen(query, asked),
        **after(page),
        arrived_until=page.arrived_until,
    )
    if rows and page.arrived_until == END:
        page = page.model_copy(update={"arrived_until": rows[0]["arrived_until"]})
    return {
        "total": rows[0]["total"] if rows else 0,
        "total_reports": rows[0]["total_reports"] if rows else 0,
        "errors": [error(row) for row in rows[: query.limit]],
        "summary": _summary(at),
        "next_cursor": next_cursor(rows, query.limit, page, ("key_time", "error_id")),
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
