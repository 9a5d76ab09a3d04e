"""`/api/v1/traces`: what belongs together, as a list and one by one."""

from collections import defaultdict
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.errors import NotFound
from query_service.models.error import error
from query_service.models.event import event
from query_service.models.graph import graph
from query_service.models.handoff import handoff
from query_service.models.parameters import AtQuery, TracePath, TracesQuery
from query_service.models.span import span
from query_service.models.timeline import timeline
from query_service.models.trace import MOST_SPANS, trace
from query_service.routes import failures
from query_service.routes.context import Moment, database, moment

blueprint = APIBlueprint("traces", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Traces")])
MOST_OF_ONE_TRACE = 10_000


def _page(asked: Moment, query: TracesQuery) -> list[Row]:
    return database().rows(
        "traces/page",
        {
            **asked.parameters,
            "trace_id": query.trace_id or "",
            "session_id": query.session_id or "",
            "user_id": query.user_id or "",
            "status": query.status or "",
            "limit": query.limit,
        },
    )


def _spans(asked: Moment, trace_ids: list[str], limit: int = MOST_OF_ONE_TRACE) -> list[Row]:
    chosen = {"at": asked.parameters["at"], "trace_ids": trace_ids, "limit": limit}
    return database().rows("traces/spans", chosen) if trace_ids else []


def _handoffs(asked: Moment, trace_ids: list[str]) -> list[Row]:
    chosen = {"at": asked.parameters["at"], "trace_ids": trace_ids}
    return database().rows("handoffs/of_traces", chosen) if trace_ids else []


def _events(asked: Moment, trace_id: str) -> list[Row]:
    return database().rows("events/of_trace", {"at": asked.parameters["at"], "trace_id": trace_id})


def _require(asked: Moment, trace_id: str, *found: list[Any]) -> None:
    """Raises NotFound when nothing was found and the trace is not known either."""
    chosen = {"at": asked.parameters["at"], "trace_id": trace_id}
    if not any(found) and not database().rows("traces/known", chosen):
        raise NotFound("Trace not found")


@blueprint.get("/traces", summary="Traces, newest first")
def traces(query: TracesQuery) -> dict[str, Any]:
    """Traces with their first spans and their handoffs."""
    asked = moment(query.at)
    page = _page(asked, query)
    ids = [row["trace_id"] for row in page]
    spans: dict[str, list[Row]] = defaultdict(list)
    for row in _spans(asked, ids, MOST_SPANS):
        spans[row["trace_id"]].append(row)
    handoffs: dict[str, list[Row]] = defaultdict(list)
    for row in _handoffs(asked, ids):
        handoffs[row["trace_id"]].append(row)
    return {
        "traces": [
            trace(row, spans[row["trace_id"]], handoffs[row["trace_id"]], asked.at) for row in page
        ]
    }


@blueprint.get("/traces/<trace_id>", summary="One trace")
def one_trace(path: TracePath, query: AtQuery) -> dict[str, Any]:
    """A trace with its spans, events and handoffs. Raises NotFound."""
    asked = moment(query.at)
    page = _page(asked, TracesQuery(trace_id=path.trace_id, limit=1))
    if not page or not path.trace_id:
        raise NotFound("Trace not found")
    spans = _spans(asked, [path.trace_id])
    handoffs = _handoffs(asked, [path.trace_id])
    return {
        "trace": trace(page[0], spans, handoffs, asked.at),
        "spans": [span(row, asked.at) for row in spans],
        "events": [event(row) for row in _events(asked, path.trace_id)],
        "handoffs": [handoff(row) for row in handoffs],
    }


@blueprint.get("/traces/<trace_id>/spans", summary="Spans of a trace")
def trace_spans(path: TracePath, query: AtQuery) -> dict[str, Any]:
    """Spans of a trace in the order of their starts. Raises NotFound."""
    asked = moment(query.at)
    rows = _spans(asked, [path.trace_id])
    _require(asked, path.trace_id, rows)
    return {
        "spans": [span(row, asked.at) for row in rows],
        "spans_omitted": rows[0]["span_count"] - len(rows) if rows else 0,
    }


@blueprint.get("/traces/<trace_id>/timeline", summary="Timeline of a trace")
def trace_timeline(path: TracePath, query: AtQuery) -> dict[str, Any]:
    """Starts and ends of spans, events and handoffs, ascending. Raises NotFound."""
    asked = moment(query.at)
    spans = _spans(asked, [path.trace_id])
    events = _events(asked, path.trace_id)
    handoffs = _handoffs(asked, [path.trace_id])
    _require(asked, path.trace_id, spans, events, handoffs)
    return {"timeline": timeline(spans, events, handoffs, asked.at)}


@blueprint.get("/traces/<trace_id>/graph", summary="Graph of a trace")
def trace_graph(path: TracePath, query: AtQuery) -> dict[str, Any]:
    """Agents of a trace and who worked for whom. Raises NotFound."""
    asked = moment(query.at)
    spans = _spans(asked, [path.trace_id])
    handoffs = _handoffs(asked, [path.trace_id])
    _require(asked, path.trace_id, spans, handoffs)
    return graph(spans, handoffs, asked.at)


@blueprint.get("/traces/<trace_id>/errors", summary="Errors of a trace")
def errors_of_trace(path: TracePath, query: AtQuery) -> dict[str, Any]:
    """Failures of a trace, oldest first. Raises NotFound."""
    asked = moment(query.at)
    at, view = asked.parameters["at"], failures.source()
    rows = failures.page(view, at, MOST_OF_ONE_TRACE, trace_id=path.trace_id)
    total = failures.totals(view, at, trace_id=path.trace_id)
    _require(asked, path.trace_id, rows)
    return {
        "trace_id": path.trace_id,
        "error_count": total["total"],
        "report_count": total["total_reports"],
        "errors": [error(row) for row in reversed(rows)],
    }
