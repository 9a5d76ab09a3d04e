"""`/api/v1/metrics`: totals, and figures of single spans."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.models.metric import span_metric, totals
from query_service.models.parameters import AtQuery, SpanMetricsQuery
from query_service.models.values import normalise
from query_service.routes.context import database, moment
from query_service.routes.trace_rows import interval

blueprint = APIBlueprint("metrics", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Metrics")])


@blueprint.get("/metrics", summary="Totals over all traces")
def metrics(query: AtQuery) -> dict[str, Any]:
    """How many traces there are, how they ended, and what they cost."""
    asked = moment(query.at)
    since = interval()
    chosen = {
        **asked.parameters,
        "touched_from": since["touched_from"],
        "touched_to": since["touched_to"],
    }
    rows = database().rows("metrics/settled", chosen)
    if since["is_touched"] or asked.is_past:
        rows += database().rows("metrics/open", chosen)
    return totals(rows)


@blueprint.get("/metrics/spans", summary="Figures of single spans, newest first")
def span_metrics(query: SpanMetricsQuery) -> dict[str, Any]:
    """Metric records, and one of each OTLP span that ended."""
    rows = database().rows(
        "metrics/spans",
        {
            "at": moment(query.at).parameters["at"],
            "trace_id": query.trace_id or "",
            "agent": normalise(query.agent_name or ""),
            "limit": max(query.limit, 1),  # one row at least: it has the total
        },
    )
    return {
        "total": rows[0]["total"] if rows else 0,
        "metrics": [span_metric(row) for row in rows[: query.limit]],
    }
