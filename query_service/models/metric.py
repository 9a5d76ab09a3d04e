"""Span metrics, and the totals over all traces."""

from collections import Counter
from typing import Any

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
    return {
        "trace_id": row["trace_id"],
        "agent_id": agent_id(row),
        "agent_name": row["agent_name"],
        "metrics": figures,
        "timestamp": iso(row["time"]),
        "service_name": row["service_name"],
        "environment": or_none(row["environment"]),
    }


def totals(rows: list[Row]) -> dict[str, Any]:
    """Totals over all traces, from parts; the success rate is of those that completed or failed."""
    total: Counter[str] = Counter()
    for row in rows:
        total.update({key: int(value) for key, value in row.items()})
    over = total["completed_traces"] + total["failed_traces"]
    measured = total["measured"]
    return {
        "total_traces": total["total_traces"],
        "completed_traces": total["completed_traces"],
        "failed_traces": total["failed_traces"],
        "running_traces": total["running_traces"],
        "success_rate": total["completed_traces"] / over if over else 0,
        "total_tokens": total["tokens"],
        "total_llm_calls": total["calls"],
        "avg_duration_ms": total["measured_ns"] / measured / 1e6 if measured else 0,
        "active_spans": total["active_spans"],
    }
