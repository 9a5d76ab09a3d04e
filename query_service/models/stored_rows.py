"""Rows of one trace, made of columns as they are stored.

Naming them and working them out in SQL takes longer to plan than they take to read.
"""

from typing import Any

from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as gen_ai
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE

from query_service.db import Row
from query_service.models.handoff import of_task
from query_service.models.trace_row import ROOT_WAIT_NS

_SPAN = {
    "trace_id": "TraceId",
    "span_id": "SpanId",
    "parent_span_id": "ParentSpanId",
    "name": "SpanName",
    "kind": "AgentSpanKind",
    "agent_name": "AgentName",
    "start_time": "Timestamp",
    "end_time": "EndTimestamp",
    "model": "Model",
    "provider": "Provider",
    "input_tokens": "InputTokens",
    "output_tokens": "OutputTokens",
    "error_message": "StatusMessage",
    "service_name": "ServiceName",
    "attributes": "SpanAttributes",
    "resource_attributes": "ResourceAttributes",
    "event_times": "Events.Timestamp",
    "event_names": "Events.Name",
    "event_attributes": "Events.Attributes",
    "oddities": "Oddities",
    "link_trace_ids": "Links.TraceId",
    "span_record": "span_record",
}
_ATTRIBUTES = {
    "agent_id": gen_ai.GEN_AI_AGENT_ID,
    "tool_name": gen_ai.GEN_AI_TOOL_NAME,
    "error_type": ERROR_TYPE,
}
_DELIVERY = ("topic", "partition", "offset", "value_hash")


def spans(stored: list[Row]) -> list[Row]:
    """Rows of `traces/spans_of` as those of `traces/spans`."""
    known = [row for row in stored if row["is_asked"]]
    known.sort(key=lambda row: (row["start_ns"], row["SpanId"]))
    return [_span(row) for row in known]


def _span(row: Row) -> Row:
    state = "failed" if row["StatusCode"] == "Error" else "completed" if row["Ended"] else "running"
    known = row["SpanAttributes"]
    told = known.get("agent_telemetry.span.status", "")
    return {
        **{name: row[column] for name, column in _SPAN.items()},
        **{name: known.get(key, "") for name, key in _ATTRIBUTES.items()},
        "status": row["recorded_status"] or told or state,
        "duration_ms": _lasted(row, 1e6),
    }


def _lasted(row: Row, unit: float = 1) -> Any:
    """How long it took in ns, or in a unit of so many; None without an end or before its start."""
    if row["end_ns"] is None or row["end_ns"] < row["start_ns"]:
        return None
    took = row["end_ns"] - row["start_ns"]
    return took if unit == 1 else took / unit


def messages(records: list[Row]) -> list[Row]:
    """Rows of `traces/message_records` as those of `traces/messages`."""
    first: dict[str, Row] = {}
    deliveries: dict[str, set[tuple[Any, ...]]] = {}
    for row in records:
        first.setdefault(row["message_id"], row)
        came = tuple(row[name] for name in _DELIVERY)
        deliveries.setdefault(row["message_id"], set()).add(came)
    return [
        row | {"sent_at": row["event_time"], "deliveries": len(deliveries[message_id])}
        for message_id, row in first.items()
    ]


def task(row: Row) -> Row:
    """A row of `traces/tasks_of` as one of `traces/task_handoffs`."""
    return {"message_id": row["message_id"], "key_time": row["key_time"], **of_task(row)}


def summary(row: Row, now_ns: int) -> Row:
    """A row of `traces/summary` as one of a list of traces."""
    is_awaited = row["awaits_root"] and row["last_sign_ns"] > now_ns - ROOT_WAIT_NS
    status = "running" if is_awaited else row["decided"]
    is_over = status != "running"
    return row | {
        "key_time": row["start_ns"],
        "status": status,
        "ended_at": row["end_time"] if is_over else None,
        "duration_ns": _lasted(row) if is_over else None,
    }
