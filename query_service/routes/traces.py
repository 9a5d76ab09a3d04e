"""`/api/v1/traces`: what belongs together, as a list and one by one."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.errors import NotFound
from query_service.models.critical_path import critical_path
from query_service.models.critical_path_answer import (
    NO_PATH,
    critical_path_answer,
    nodes_of_spans,
    nodes_of_tasks,
    sent_messages,
)
from query_service.models.error import error
from query_service.models.event import event
from query_service.models.graph import graph
from query_service.models.handoff import handoff
from query_service.models.parameters.lists import AtQuery, TracePath
from query_service.models.parameters.traces import TracesQuery
from query_service.models.span import span
from query_service.models.timeline import timeline
from query_service.models.trace import listed, trace
from query_service.models.trace_message import trace_message
from query_service.routes import failures, trace_parts, whole_trace
from query_service.routes.context import Moment, database, moment
from query_service.routes.paging import next_cursor, opened
from query_service.routes.trace_parts import MOST_OF_ONE_TRACE, of_one
from query_service.routes.trace_rows import page_rows
from query_service.schemas.traces import (
    CriticalPath,
    OneTrace,
    Timeline,
    TraceErrors,
    TraceGraph,
    Traces,
    TraceSpans,
)

blueprint = APIBlueprint("traces", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Traces")])


def _require(asked: Moment, trace_id: str, *found: list[Any]) -> None:
    """Raises NotFound when nothing was found and the trace is not known either."""
    chosen = {"at": asked.parameters["at"], "trace_id": trace_id}
    if not any(found) and not database().rows("traces/known", chosen):
        raise NotFound("Trace not found")


@blueprint.get("/traces", summary="Traces, newest or longest first", responses={200: Traces})
def traces(query: TracesQuery) -> dict[str, Any]:
    """Traces; their first spans and handoffs when asked."""
    asked, page = opened(query, query.cursor)
    rows, page = page_rows(asked, query, page)
    shown = rows[: query.limit]
    ids = [row["trace_id"] for row in shown]
    spans, handoffs = trace_parts.first_spans_and_handoffs(asked, ids, query.spans)
    return {
        "traces": [
            listed(
                row,
                spans.get(row["trace_id"], []),
                handoffs.get(row["trace_id"], []) if query.spans else None,
                asked.at,
            )
            for row in shown
        ],
        "next_cursor": next_cursor(rows, query.limit, page, ("key_time", "trace_id"))
        if query.sort.endswith("start")
        else None,
        "has_more": len(rows) > query.limit,
    }


@blueprint.get("/traces/<trace_id>", summary="One trace", responses={200: OneTrace})
def one_trace(path: TracePath, query: AtQuery) -> dict[str, Any]:
    """A trace with its spans, events, handoffs and messages, and the traces it is linked with.

    Raises NotFound.
    """
    asked = moment(query.at)
    found = whole_trace.whole(asked, path.trace_id)
    if found is None:
        raise NotFound("Trace not found")
    spans = [span(r, asked.at) for r in found.spans]
    return {
        "trace": trace(found.row, found.spans, spans, found.handoffs),
        "spans": spans,
        "events": [event(r) for r in found.events],
        "handoffs": [handoff(r) for r in found.handoffs],
        "messages": [trace_message(r) for r in found.messages],
        "linked_traces": found.links,
    }


@blueprint.get("/traces/<trace_id>/spans", summary="Spans of a trace", responses={200: TraceSpans})
def trace_spans(path: TracePath, query: AtQuery) -> dict[str, Any]:
    """Spans of a trace in the order of their starts. Raises NotFound."""
    asked = moment(query.at)
    one = of_one(asked, path.trace_id)
    rows = whole_trace.spans_of(one)
    _require(asked, path.trace_id, rows)
    omitted = 0
    if len(rows) == MOST_OF_ONE_TRACE:
        omitted = database().rows("traces/span_count", one)[0]["spans"] - len(rows)
    return {"spans": [span(row, asked.at) for row in rows], "spans_omitted": omitted}


@blueprint.get(
    "/traces/<trace_id>/timeline", summary="Timeline of a trace", responses={200: Timeline}
)
def trace_timeline(path: TracePath, query: AtQuery) -> dict[str, Any]:
    """Starts and ends of spans, events and handoffs, ascending. Raises NotFound."""
    asked = moment(query.at)
    spans, events, handoffs = trace_parts.spans_events_and_handoffs(asked, path.trace_id)
    _require(asked, path.trace_id, spans, events, handoffs)
    return {"timeline": timeline(spans, events, handoffs, asked.at)}


@blueprint.get("/traces/<trace_id>/graph", summary="Graph of a trace", responses={200: TraceGraph})
def trace_graph(path: TracePath, query: AtQuery) -> dict[str, Any]:
    """Agents of a trace and who worked for whom. Raises NotFound."""
    asked = moment(query.at)
    spans, handoffs = trace_parts.spans_and_handoffs(asked, path.trace_id)
    _require(asked, path.trace_id, spans, handoffs)
    return graph(spans, handoffs, asked.at)


@blueprint.get(
    "/traces/<trace_id>/critical-path",
    summary="Critical path of a trace",
    responses={200: CriticalPath},
)
def trace_critical_path(path: TracePath, query: AtQuery) -> dict[str, Any]:
    """What the total time of a trace was spent on: spans and waits, each with its share.

    Raises NotFound.
    """
    asked = moment(query.at)
    one = of_one(asked, path.trace_id)
    spans, messages = database().together(("traces/outlines", one), ("traces/messages", one))
    if not spans:  # those of this service itself have no outlines
        spans = database().rows("traces/spans_brief", one)
    _require(asked, path.trace_id, spans, messages)
    nodes = nodes_of_spans(spans, asked.at, asked.now) or nodes_of_tasks(messages, asked.now)
    found = critical_path(nodes, sent_messages(messages))
    return {"trace_id": path.trace_id, **(critical_path_answer(found) if found else NO_PATH)}


@blueprint.get(
    "/traces/<trace_id>/errors", summary="Errors of a trace", responses={200: TraceErrors}
)
def errors_of_trace(path: TracePath, query: AtQuery) -> dict[str, Any]:
    """Failures of a trace, oldest first. Raises NotFound."""
    asked = moment(query.at)
    at = asked.parameters["at"]
    total, rows = failures.of_trace(path.trace_id, at, MOST_OF_ONE_TRACE)
    _require(asked, path.trace_id, rows)
    return {
        "trace_id": path.trace_id,
        "error_count": total["total"],
        "report_count": total["total_reports"],
        "errors": [error(row) for row in reversed(rows)],
    }
