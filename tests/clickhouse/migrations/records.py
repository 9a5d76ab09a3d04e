"""Rows as the Collector inserts them, one builder for each kind."""

import base64
import json
from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]
Json = dict[str, Any]
TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
ARRIVED = "2026-11-22 12:00:00.000000000"


def record(
    topic: str,
    offset: int,
    value: object,
    headers: Mapping[str, str] | None = None,
    partition: int = 0,
    arrived: str = ARRIVED,
) -> Row:
    """A record of a raw topic in landing_records; `value` is bytes, or becomes JSON."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    attributes = {
        "kafka.topic": topic,
        "kafka.partition": str(partition),
        "kafka.offset": str(offset),
    } | {f"kafka.header.{name}": text for name, text in (headers or {}).items()}
    body = base64.b64encode(raw).decode()
    return {"Timestamp": arrived, "Body": body, "LogAttributes": attributes}


def position(topic: str, offset: int) -> dict[str, str]:
    """Resource attributes of an OTLP row."""
    return {
        "service.name": "writer",
        "kafka.topic": topic,
        "kafka.partition": "0",
        "kafka.offset": str(offset),
    }


def message(**fields: object) -> Json:
    """An AgentMessage: a task from Orchestrator to Writer."""
    return {
        "message_id": "m-1",
        "source_agent": "Orchestrator",
        "target_agent": "Writer",
        "message_type": "task",
        "priority": "normal",
        "payload": {"text": "write"},
        "trace_id": TRACE,
        "span_id": SPAN,
        "parent_message_id": None,
        "reason": "draft",
        "timestamp": "2026-11-22T12:00:00.000001",
        "ttl_seconds": None,
    } | fields


def span(**fields: object) -> Json:
    """A completed LLM span of agent-telemetry-spans."""
    return {
        "span_id": "s-1",
        "trace_id": "t-1",
        "parent_span_id": None,
        "agent_id": "writer",
        "agent_name": "Writer",
        "agent_type": "",
        "agent_version": "1.0.0",
        "span_kind": "llm_call",
        "status": "completed",
        "start_time": "2026-11-22T12:00:00.000001",
        "end_time": "2026-11-22T12:00:01.000001",
        "duration_ms": 1000.0,
        "input_data": {},
        "model_name": "m",
        "model_provider": "p",
        "messages": [],
        "token_usage": {
            "prompt_tokens": 1,
            "completion_tokens": 2,
            "total_tokens": 3,
            "cached_tokens": 0,
        },
        "temperature": 0.5,
        "max_tokens": 10,
        "error_message": None,
        "error_type": None,
        "attributes": {"a": "b"},
        "events": [],
    } | fields


def trace(**fields: object) -> Json:
    """A trace record with one embedded span and handoff."""
    return {
        "trace_id": "t-1",
        "session_id": "c-1",
        "user_id": None,
        "spans": [span()],
        "handoffs": [handoff(handoff_id="h-9", context={})],
        "start_time": "2026-11-22T12:00:00",
        "end_time": "2026-11-22T12:00:02",
        "status": "completed",
        "user_input": "in",
        "final_output": "out",
        "metadata": {},
    } | fields


def event(**fields: object) -> Json:
    """A record of agent-telemetry-events."""
    return {
        "event_id": "e-1",
        "trace_id": "t-1",
        "span_id": "s-1",
        "event_type": "llm_request",
        "severity": "info",
        "agent_id": "writer",
        "agent_name": "Writer",
        "message": "asked",
        "data": {"n": 1},
        "timestamp": "2026-11-22T12:00:00.5",
    } | fields


def handoff(**fields: object) -> Json:
    """A record of agent-telemetry-handoffs."""
    return {
        "handoff_id": "h-1",
        "trace_id": "t-1",
        "source_agent_id": "",
        "source_agent_name": "Orchestrator",
        "target_agent_id": "",
        "target_agent_name": "Writer",
        "reason": "draft",
        "context": {"message_id": "m-1", "queue_topic": "agent-queue-writer"},
        "timestamp": "2026-11-22T12:00:00.1",
    } | fields


def metric(**fields: object) -> Json:
    """A record of agent-telemetry-metrics."""
    return {
        "trace_id": "t-1",
        "agent_id": "writer",
        "agent_name": "Writer",
        "metrics": {"span_id": "s-1", "duration_ms": 5.5, "total_tokens": 3},
        "timestamp": "2026-11-22T12:00:00.2",
        "service_name": "writer",
        "environment": "test",
    } | fields


def error(**fields: object) -> Json:
    """A DetailedError of agent-telemetry-errors."""
    return {
        "error_id": "x-1",
        "severity": "error",
        "category": "timeout_error",
        "error_type": "TimeoutError",
        "error_message": "no answer after 30 s from 'writer'",
        "stack_trace": "…",
        "trace_id": "t-1",
        "span_id": "s-1",
        "agent_name": "Writer",
        "operation": "llm_call:m",
        "model_name": "m",
        "tool_name": None,
        "timestamp": "2026-11-22T12:00:00.3",
        "is_retryable": True,
        "service_name": "writer",
        "suggested_fixes": ["wait"],
    } | fields


OBSERVER = "agent-telemetry-observer"

JSON_KINDS: dict[str, tuple[str, Json]] = {
    "message": ("agent-queue-writer", message()),
    "result": (
        "agent-queue-orchestrator",
        message(message_id="m-2", message_type="result", parent_message_id="m-1"),
    ),
    "error_message": (
        "agent-queue-orchestrator",
        message(
            message_id="m-3",
            message_type="error",
            parent_message_id="m-1",
            payload={"error": "boom", "error_type": "ValueError"},
        ),
    ),
    "span": ("agent-telemetry-spans", span()),
    "trace": ("agent-telemetry-traces", trace()),
    "event": ("agent-telemetry-events", event()),
    "handoff": ("agent-telemetry-handoffs", handoff()),
    "metric": ("agent-telemetry-metrics", metric()),
    "error": ("agent-telemetry-errors", error()),
}


def otlp_span(offset: int, **fields: object) -> Row:
    """A span of landing_traces."""
    return {
        "Timestamp": "2026-11-22 12:00:00.100000000",
        "TraceId": TRACE,
        "SpanId": SPAN,
        "ParentSpanId": "",
        "SpanName": "chat m",
        "SpanKind": "Client",
        "ServiceName": "writer",
        "ResourceAttributes": position("agent-telemetry-otlp-traces", offset),
        "SpanAttributes": {"gen_ai.agent.name": "Writer", "agent_telemetry.span.kind": "llm_call"},
        "Duration": 1_000_000,
        "StatusCode": "Unset",
    } | fields


def otlp_log(offset: int, **fields: object) -> Row:
    """A log record of landing_logs."""
    return {
        "Timestamp": "2026-11-22 12:00:00.200000000",
        "TraceId": TRACE,
        "SpanId": SPAN,
        "SeverityText": "INFO",
        "SeverityNumber": 9,
        "ServiceName": "writer",
        "Body": "hello",
        "ResourceAttributes": position("agent-telemetry-otlp-logs", offset),
        "LogAttributes": {"gen_ai.agent.name": "Writer"},
    } | fields


def sign(offset: int, name: str, message_id: str, at: str, **attributes: str) -> Row:
    """A state event about a task."""
    return otlp_log(
        offset,
        Timestamp=at,
        EventName=f"agent_telemetry.task.{name}",
        LogAttributes={
            "messaging.message.id": message_id,
            "gen_ai.agent.name": "Writer",
            "agent_telemetry.event.id": f"{name}-{message_id}-{at}",
        }
        | attributes,
    )


def seen(offset: int, event: str, at: str, kind: str = "k8s.pod", **attributes: object) -> Row:
    """An entity event of the observer."""
    named = {"k8s.namespace.name": "shop", f"{kind}.name": "coder-1", f"{kind}.uid": "u-1"}
    return otlp_log(
        offset,
        Timestamp=at,
        ServiceName=OBSERVER,
        Body="",
        LogAttributes={
            "otel.entity.event.type": event,
            "otel.entity.type": kind,
            "otel.entity.id": json.dumps(named),
            "otel.entity.attributes": json.dumps(attributes),
        },
    )


def otlp_point(offset: int, **fields: object) -> Row:
    """What the rows of all landing_metrics tables share."""
    return {
        "ResourceAttributes": position("agent-telemetry-otlp-metrics", offset),
        "ScopeName": "observer",
        "ServiceName": "observer",
        "MetricName": "queue.depth",
        "Attributes": {"a": "1", "b": "2"},
        "StartTimeUnix": "2026-11-22 12:00:00.000000000",
        "TimeUnix": "2026-11-22 12:00:00.300000000",
    } | fields


def kafka(name: str, value: float, at: str, **attributes: str) -> Row:
    """A gauge of the observer, say `consumer_group.offset`."""
    return otlp_point(
        0,
        MetricName=f"kafka.{name}",
        Attributes=attributes,
        StartTimeUnix=at,
        TimeUnix=at,
        Value=value,
    )
