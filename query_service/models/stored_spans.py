"""Spans of one trace, made of columns as they are stored."""

from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as gen_ai
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE

from query_service.db import Row
from query_service.models.stored_rows import lasted, latest

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
_BRIEF = (
    "span_id",
    "parent_span_id",
    "name",
    "kind",
    "agent_name",
    "start_time",
    "end_time",
    "span_record",
)
_ATTRIBUTES = {
    "agent_id": gen_ai.GEN_AI_AGENT_ID,
    "tool_name": gen_ai.GEN_AI_TOOL_NAME,
    "error_type": ERROR_TYPE,
}


def spans(stored: list[Row]) -> list[Row]:
    """Rows of `traces/spans_of` as those of `traces/spans`."""
    return [_span(row) for row in _begun(stored)]


def brief(stored: list[Row]) -> list[Row]:
    """Rows of `traces/brief_of` as those of `traces/spans_brief`."""
    return [
        {
            **{name: row[_SPAN[name]] for name in _BRIEF},
            "agent_id": row["agent_id"],
            "status": _status(row, row["told_status"]),
            "duration_ms": lasted(row, 1e6),
            "message_id": row["MessageId"],
        }
        for row in _begun(stored)
    ]


def _begun(stored: list[Row]) -> list[Row]:
    known = [row for row in latest(stored, "SpanId", "Version") if row["is_asked"]]
    return sorted(known, key=lambda row: (row["start_ns"], row["SpanId"]))


def _span(row: Row) -> Row:
    known = row["SpanAttributes"]
    return {
        **{name: row[column] for name, column in _SPAN.items()},
        **{name: known.get(key, "") for name, key in _ATTRIBUTES.items()},
        "status": _status(row, known.get("agent_telemetry.span.status", "")),
        "duration_ms": lasted(row, 1e6),
    }


def _status(row: Row, told: str) -> str:
    state = "failed" if row["StatusCode"] == "Error" else "completed" if row["Ended"] else "running"
    return row["recorded_status"] or told or state
