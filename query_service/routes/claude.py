"""`/api/v1/claude`: what is wrong, told for models."""

from datetime import timedelta
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.claude import error_groups, rate_limits, report, slow_traces, whole
from query_service.claude.actions import actions
from query_service.claude.changes import changes
from query_service.claude.trace_context import trace_context
from query_service.diagnose.diagnosis import diagnose
from query_service.models.parameters.claude import (
    ActionsQuery,
    ChangesQuery,
    ClaudeErrorsQuery,
    DiagnoseQuery,
    SlowTracesQuery,
)
from query_service.models.parameters.errors import ErrorsQuery
from query_service.models.parameters.lists import AtQuery, TracePath
from query_service.models.values import iso
from query_service.routes import errors, traces
from query_service.routes.context import moment
from query_service.routes.oracle_past import two_times
from query_service.schemas.claude.actions import Actions
from query_service.schemas.claude.changes import Changes
from query_service.schemas.claude.diagnosis import Diagnosis
from query_service.schemas.claude.errors import ClaudeErrors
from query_service.schemas.claude.rate_limits import RateLimits
from query_service.schemas.claude.slow_traces import SlowTraces
from query_service.schemas.claude.trace_context import TraceContext

blueprint = APIBlueprint(
    "claude", __name__, url_prefix="/api/v1/claude", abp_tags=[Tag(name="Diagnosis")]
)


@blueprint.get("/diagnose", summary="What is wrong, and why", responses={200: Diagnosis})
def diagnosis(query: DiagnoseQuery) -> dict[str, Any]:
    """Findings of all detectors (docs/detectors) in a window of time: causes before what comes of
    them, each with its evidence, the SQL that shows it, how to mend it and how to verify that; and
    how traces, errors, limits and times are. `prompt` is a text to be pasted into a model."""
    found = whole.find(moment(query.at), query)
    if query.format == "summary":
        return whole.as_summary(found)
    if query.format == "json":
        return whole.as_json(found, query.limit)
    write = report.prompt if query.format == "prompt" else report.markdown
    told = {"format": query.format, "system_status": found.diagnosis.status}
    return {**told, "content": write(found, query.max_tokens)}


@blueprint.get("/errors", summary="Kinds of errors, with fixes", responses={200: ClaudeErrors})
def some_errors(query: ClaudeErrorsQuery) -> dict[str, Any]:
    """Failures by type, normalised message and top frame, each with the whole stack trace of its
    latest, and what to try against it."""
    asked = moment(query.at)
    since = asked.now - timedelta(minutes=query.time_window_minutes)
    found = error_groups.find(asked, since, query.limit)
    at = asked.at if asked.is_past else None
    answer = {
        "total_error_types": found["total"],
        "errors": [error_groups.told(one, query.include_suggestions) for one in found["groups"]],
        "error_store_summary": errors.errors_summary(AtQuery(at=at)),
        "source": "error_reports",
    }
    if query.include_raw_errors:
        raw = errors.errors(ErrorsQuery(at=at, limit=query.limit))
        answer["raw_errors"] = raw["errors"]
    return answer


@blueprint.get("/slow-traces", summary="Slow traces, and why", responses={200: SlowTraces})
def slow(query: SlowTracesQuery) -> dict[str, Any]:
    """Traces that began in the window and took as long as the threshold, each with the span that
    took the longest without its children."""
    asked = moment(query.at)
    since = asked.now - timedelta(minutes=query.time_window_minutes)
    found = slow_traces.find(asked, since, query.threshold_ms, query.limit)
    return {"threshold_ms": query.threshold_ms, "count": len(found), "traces": found}


@blueprint.get("/rate-limits", summary="Models at their limits", responses={200: RateLimits})
def limits(query: AtQuery) -> dict[str, Any]:
    """How much of the limits of models is used; null where neither a gateway nor spans tell it."""
    return rate_limits.find(moment(query.at))


@blueprint.get("/actions", summary="What to do", responses={200: Actions})
def what_to_do(query: ActionsQuery) -> dict[str, Any]:
    """The first two actions against each cause that was found, the urgent ones first."""
    found = diagnose(moment(query.at), query.time_window_minutes)
    told = actions(found.issues, query.limit)
    return {"system_status": found.status, "total_actions": len(told), "actions": told}


@blueprint.get("/context/<trace_id>", summary="One trace in short", responses={200: TraceContext})
def context_of(path: TracePath, query: AtQuery) -> dict[str, Any]:
    """How a trace went, what took the time, and what failed. Raises NotFound."""
    whole_trace = traces.one_trace(path, query)
    return trace_context(whole_trace, traces.errors_of_trace(path, query)["errors"])


@blueprint.get("/changes", summary="What changed, ranked", responses={200: Changes})
def what_changed(query: ChangesQuery) -> dict[str, Any]:
    """What is other at a time than before, the weightiest first: releases, issues, errors that are
    new or far more, speeds, workload, models, queues."""
    last, since = two_times(query.since, query.to)
    found, unknown = changes(since, last)
    shown = found[: query.limit]
    head = f"From {iso(since)} to {iso(last.now)}: {len(found):,} changes"
    return {
        "from": iso(since),
        "to": iso(last.now),
        "changes": shown,
        "changes_omitted": len(found) - len(shown),
        "text": "\n".join([head, *(f"- {one['text']}" for one in shown)]),
        "unknown": unknown,
    }
