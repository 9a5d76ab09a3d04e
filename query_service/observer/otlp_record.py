"""What an OTLP record of Kafka holds."""

from enum import Enum
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.logs.v1.logs_pb2 import LogsData
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, MetricsData
from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

TRACES = "agent-telemetry-otlp-traces"
LOGS = "agent-telemetry-otlp-logs"
METRICS = "agent-telemetry-otlp-metrics"

MESSAGES: dict[str, Any] = {TRACES: TracesData, LOGS: LogsData, METRICS: MetricsData}


class Content(Enum):
    """What there is to store in a record."""

    ROWS = "rows"
    NOTHING = "nothing"
    UNDECODABLE = "undecodable"


def content(topic: str, value: bytes) -> Content:
    """Judge the value of a record of one of the three OTLP topics.

    Stricter than protobuf, as the Collector is: ids of a wrong length do not decode. Bytes that
    decode by luck, into unknown fields only, do not either: nothing would be kept of them.
    """
    message = MESSAGES[topic]()
    try:
        message.ParseFromString(value)
    except DecodeError:
        return Content.UNDECODABLE
    message.DiscardUnknownFields()
    if value and not message.ByteSize():
        return Content.UNDECODABLE
    return {TRACES: _traces, LOGS: _logs, METRICS: _metrics}[topic](message)


def _traces(data: TracesData) -> Content:
    spans = [s for r in data.resource_spans for scope in r.scope_spans for s in scope.spans]
    linked = [link for span in spans for link in span.links]
    if not all(_ids_fit(s.trace_id, s.span_id) for s in [*spans, *linked]):
        return Content.UNDECODABLE
    if not all(_ids_fit(b"", s.parent_span_id) for s in spans):
        return Content.UNDECODABLE
    return Content.ROWS if spans else Content.NOTHING


def _logs(data: LogsData) -> Content:
    logs = [r for res in data.resource_logs for s in res.scope_logs for r in s.log_records]
    if not all(_ids_fit(record.trace_id, record.span_id) for record in logs):
        return Content.UNDECODABLE
    return Content.ROWS if logs else Content.NOTHING


def _ids_fit(trace_id: bytes, span_id: bytes) -> bool:
    return len(trace_id) in (0, 16) and len(span_id) in (0, 8)


def _metrics(data: MetricsData) -> Content:
    metrics = [m for r in data.resource_metrics for scope in r.scope_metrics for m in scope.metrics]
    return Content.ROWS if any(map(_has_points, metrics)) else Content.NOTHING


def _has_points(metric: Metric) -> bool:
    kind = metric.WhichOneof("data")
    return bool(kind and getattr(metric, kind).data_points)
