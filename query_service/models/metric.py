"""Span metrics, and the totals over all traces."""

from typing import Any

from opentelemetry.semconv._incubating.attributes.deployment_attributes import (
    DEPLOYMENT_ENVIRONMENT,
    DEPLOYMENT_ENVIRONMENT_NAME,
)

from query_service.db import Row
from query_service.models.span import agent_id, token_usage
from query_service.models.values import iso, or_none, record


def span_metric(row: Row) -> dict[str, Any]:
    """A Metric: the record as it came, or made from an OTLP span that ended."""
    if row["metric_record"]:
        return record(row["metric_record"])
    figures = {
        "span_id": row["span_id"],
        "span_kind": row["kind"],
        "duration_ms": row["duration_ms"],
        "status": row["status"],
        "token_usage": token_usage(row),
        "tool_count": int(bool(row["tool_name"])),
        "event_count": row["event_count"],
    }
    resource = row["resource_attributes"]
    return {
        "trace_id": row["trace_id"],
        "agent_id": agent_id(row),
        "agent_name": row["agent_name"],
        "metrics": figures,
        "timestamp": iso(row["time"]),
        "service_name": row["service_name"],
        "environment": or_none(
            resource.get(DEPLOYMENT_ENVIRONMENT_NAME) or resource.get(DEPLOYMENT_ENVIRONMENT, "")
        ),
    }


def totals(row: Row) -> dict[str, Any]:
    """Totals over all traces; the success rate is of those that completed or failed."""
    over = row["completed_traces"] + row["failed_traces"]
    return {
        "total_traces": row["total_traces"],
        "completed_traces": row["completed_traces"],
        "failed_traces": row["failed_traces"],
        "running_traces": row["running_traces"],
        "success_rate": row["completed_traces"] / over if over else 0,
        "total_tokens": row["total_tokens"],
        "total_llm_calls": row["total_llm_calls"],
        "avg_duration_ms": row["avg_duration_ms"] or 0,
        "active_spans": row["active_spans"],
    }
