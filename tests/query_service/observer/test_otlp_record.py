"""What an OTLP record holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, LogsData, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Gauge,
    Metric,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
)
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, TracesData

from query_service.observer.otlp_record import LOGS, METRICS, TRACES, Content, content


def encoded(data: TracesData | LogsData | MetricsData) -> bytes:
    return bytes(data.SerializeToString())


def traces(*spans: Span) -> bytes:
    scope = ScopeSpans(spans=spans)
    return encoded(TracesData(resource_spans=[ResourceSpans(scope_spans=[scope])]))


def logs(*records: LogRecord) -> bytes:
    scope = ScopeLogs(log_records=records)
    return encoded(LogsData(resource_logs=[ResourceLogs(scope_logs=[scope])]))


def metrics(*found: Metric) -> bytes:
    scope = ScopeMetrics(metrics=found)
    return encoded(MetricsData(resource_metrics=[ResourceMetrics(scope_metrics=[scope])]))


SPAN = Span(trace_id=b"t" * 16, span_id=b"s" * 8)
ROWS, NOTHING, UNDECODABLE = Content.ROWS, Content.NOTHING, Content.UNDECODABLE


@pytest.mark.parametrize(
    ("topic", "value", "expected"),
    [
        (TRACES, traces(SPAN), ROWS),
        (TRACES, traces(Span(name="without ids")), ROWS),
        (TRACES, traces(), NOTHING),
        (TRACES, b"", NOTHING),
        (TRACES, traces(SPAN, Span(trace_id=b"short")), UNDECODABLE),
        (TRACES, traces(Span(span_id=b"too long for a span")), UNDECODABLE),
        (TRACES, traces(Span(parent_span_id=b"short")), UNDECODABLE),
        (TRACES, traces(Span(links=[Span.Link(trace_id=b"short")])), UNDECODABLE),
        (TRACES, b"\xff\x00", UNDECODABLE),
        (TRACES, b'{"resourceSpans": []}', UNDECODABLE),
        (TRACES, b"\x78\x01", UNDECODABLE),  # decodes, into an unknown field only
        (LOGS, logs(LogRecord(severity_text="INFO")), ROWS),
        (LOGS, logs(), NOTHING),
        (LOGS, logs(LogRecord(trace_id=b"short")), UNDECODABLE),
        (METRICS, metrics(Metric(gauge=Gauge(data_points=[NumberDataPoint()]))), ROWS),
        (METRICS, metrics(Metric(gauge=Gauge())), NOTHING),
        (METRICS, metrics(Metric(name="of no type")), NOTHING),
    ],
)
def test_content(topic: str, value: bytes, expected: Content) -> None:
    assert content(topic, value) is expected


@given(topic=st.sampled_from([TRACES, LOGS, METRICS]), value=st.binary(max_size=200))
def test_any_bytes_are_judged(topic: str, value: bytes) -> None:
    assert content(topic, value) in Content


@given(st.integers(0, len(traces(SPAN)) - 1))
def test_a_record_cut_short_is_not_taken_for_whole(cut: int) -> None:
    assert content(TRACES, traces(SPAN)[:cut]) is (UNDECODABLE if cut else NOTHING)
