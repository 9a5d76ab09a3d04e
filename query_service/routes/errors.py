"""`/api/v1/errors`: what failed, each failure once, whatever the number of its reports."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.errors import NotFound
from query_service.failures import Standing
from query_service.models.cursor import END, Cursor
from query_service.models.error import error, summary, total_of
from query_service.models.parameters.errors import AgentErrorsQuery, ErrorPath, ErrorsQuery
from query_service.models.parameters.lists import AgentPath, AtQuery
from query_service.models.values import normalise
from query_service.routes import failures
from query_service.routes.context import Moment, moment
from query_service.routes.paging import after, next_cursor, opened, window
from query_service.schemas.errors import AgentErrors, Errors, ErrorsSummary, OneError

blueprint = APIBlueprint("errors", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Errors")])


def _filters(query: ErrorsQuery) -> dict[str, str]:
    """The filters that were given, as parameters of the SQL file."""
    return {
        "trace_id": query.trace_id or "",
        "severity": query.severity or "",
        "category": query.category or "",
        "agent": normalise(query.agent_name or ""),
        "error_type": query.error_type or "",
        "fingerprint": query.fingerprint or "",
        "text": query.text or "",
    }


def _page(
    query: AgentErrorsQuery | ErrorsQuery,
    place: tuple[Moment, Cursor],
    now: Standing,
    filters: dict[str, str],
    counts: list[Row] | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """How many failures match, and the page of them that begins at `place`.

    `counts` are those of all failures, if known.
    """
    asked, page = place
    at = asked.parameters["at"]
    chosen: dict[str, str | int] = {
        **filters,
        **window(query, asked),
        "arrived_until": page.arrived_until,
    }
    count = query.limit + 1
    if counts is not None and failures.are_all(chosen):
        total = total_of(counts)
    else:
        total = failures.totals(now, at, count, **chosen)
    place_after = {**after(page), **page.turn}
    rows = failures.page(now, at, count, total["from_time"], **chosen, **place_after)
    if page.arrived_until == END:
        page = page.model_copy(update={"arrived_until": total["arrived_until"]})
    return total, {
        "errors": [error(row) for row in rows[: query.limit]],
        "next_cursor": next_cursor(rows, query.limit, page, ("key_time", "error_id")),
    }


@blueprint.get("/errors", summary="Errors, newest first", responses={200: Errors})
def errors(query: ErrorsQuery) -> dict[str, Any]:
    """Failures that have a report matching every filter; the summary is of all there are."""
    place, filters = opened(query, query.cursor), _filters(query)
    now = failures.standing()
    counts = failures.counts(now, place[0].parameters["at"])
    listed = failures.for_text(now, filters["text"])
    total, page = _page(query, place, listed, filters, counts)
    return {
        "total": total["total"],
        "total_reports": total["total_reports"],
        **page,
        "summary": summary(counts),
    }


@blueprint.get("/errors/summary", summary="Counts of all errors", responses={200: ErrorsSummary})
def errors_summary(query: AtQuery) -> dict[str, Any]:
    """Failures by severity, category and agent."""
    return summary(failures.counts(failures.standing(), moment(query.at).parameters["at"]))


@blueprint.get("/errors/<error_id>", summary="One error", responses={200: OneError})
def one_error(path: ErrorPath, query: AtQuery) -> dict[str, Any]:
    """The report of that id, and the failure it belongs to. Raises NotFound."""
    rows = failures.of_report(path.error_id, moment(query.at).parameters["at"])
    if not rows:
        raise NotFound(f"Error {path.error_id} not found")
    return {"error": error(rows[0])}


@blueprint.get(
    "/errors/agent/<agent_name>", summary="Errors of an agent", responses={200: AgentErrors}
)
def agent_errors(path: AgentPath, query: AgentErrorsQuery) -> dict[str, Any]:
    """Failures of one agent, newest first; zero when it has none or is unknown."""
    place, filters = opened(query, query.cursor), {"agent": normalise(path.agent_name)}
    total, page = _page(query, place, failures.standing(), filters)
    return {
        "agent_name": path.agent_name,
        "error_count": total["total"],
        "report_count": total["total_reports"],
        **page,
    }
