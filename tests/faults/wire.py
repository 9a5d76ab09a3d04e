"""A world as Kafka records and OTLP requests."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.semconv._incubating.attributes.deployment_attributes import (
    DEPLOYMENT_ENVIRONMENT_NAME,
)
from opentelemetry.semconv._incubating.attributes.gen_ai_attributes import GEN_AI_AGENT_NAME
from opentelemetry.semconv._incubating.attributes.service_attributes import SERVICE_INSTANCE_ID
from opentelemetry.semconv.attributes.service_attributes import SERVICE_NAME

from agent_sdk._names import slug
from query_service.observer import otlp_metrics, otlp_things
from tests.faults.agent import ENVIRONMENT, utc
from tests.faults.observed import kafka_samples, things
from tests.faults.records import Event, Message, Span
from tests.faults.world import World

SPANS, LOGS, METRICS = "/v1/traces", "/v1/logs", "/v1/metrics"
AT_ONCE = 2_000
T = TypeVar("T")
Record = tuple[str, bytes, bytes, list[tuple[str, bytes]]]


def records(world: World) -> Iterator[Record]:
    """Topic, key, value and headers, of each queue in the order of the offsets."""
    for topic in world.topics.values():
        for message in topic.messages:
            if not message.is_lost:
                yield message.topic, message.message_id.encode(), _value(message), _headers(message)


def requests(world: World) -> Iterator[tuple[str, bytes]]:
    """Path and body of each OTLP request."""
    for spans in _batched(world.spans, AT_ONCE):
        yield SPANS, _spans(spans)
    for events in _batched(world.events, AT_ONCE):
        yield LOGS, _events(events)
    yield from _kafka(world)
    yield from _things(world)


def _value(message: Message) -> bytes:
    return json.dumps(
        {
            "message_id": message.message_id, "source_agent": message.source,
            "target_agent": message.target, "message_type": message.kind,
            "priority": message.priority, "payload": message.payload,
            "trace_id": message.trace_id, "span_id": message.span_id,
            "parent_message_id": message.parent_id, "reason": message.reason,
            "timestamp": utc(message.time), "ttl_seconds": message.ttl,
        }
    ).encode()  # fmt: skip


def _headers(message: Message) -> list[tuple[str, bytes]]:
    headers = {
        "message-id": message.message_id,
        "hop-count": str(message.hops),
        "attempt": str(message.attempt),
        "enqueued-ms": str(int(message.time * 1000)),
    }
    if message.trace_id:
        headers["traceparent"] = f"00-{message.trace_id}-{message.span_id}-01"
    if message.cause_id:
        headers["cause-message-id"] = message.cause_id
    if message.conversation_id:
        headers["conversation-id"] = message.conversation_id
    return [(name, value.encode()) for name, value in headers.items()]


def _spans(spans: Iterable[Span]) -> bytes:
    request = ExportTraceServiceRequest()
    scopes: dict[tuple[str, str], Any] = {}
    for span in spans:
        scope = scopes.get((span.agent, span.instance))
        if scope is None:
            own = request.resource_spans.add()
            _resource(own.resource, span.agent, span.instance)
            scope = scopes[span.agent, span.instance] = own.scope_spans.add()
            scope.scope.name = "agent_sdk"
        written = scope.spans.add(
            trace_id=bytes.fromhex(span.trace_id), span_id=bytes.fromhex(span.span_id),
            parent_span_id=bytes.fromhex(span.parent_id), name=span.name, kind=span.otel_kind,
            start_time_unix_nano=_ns(span.start), end_time_unix_nano=_ns(span.end or span.start),
            flags=0x101,
        )  # fmt: skip
        _attributes(written.attributes, span.attributes)
        if span.error:
            written.status.code, written.status.message = 2, span.error
        if span.link:
            trace_id, span_id = (bytes.fromhex(part) for part in span.link)
            written.links.add(trace_id=trace_id, span_id=span_id)
    body: bytes = request.SerializeToString()
    return body


def _events(events: Iterable[Event]) -> bytes:
    request = ExportLogsServiceRequest()
    scopes: dict[tuple[str, str], Any] = {}
    for event in events:
        scope = scopes.get((event.agent, event.instance))
        if scope is None:
            own = request.resource_logs.add()
            _resource(own.resource, event.agent, event.instance)
            scope = scopes[event.agent, event.instance] = own.scope_logs.add()
            scope.scope.name = "agent_sdk"
        written = scope.log_records.add(
            time_unix_nano=_ns(event.time), observed_time_unix_nano=_ns(event.time),
            severity_number=event.severity,
            severity_text="INFO" if event.severity < 13 else "ERROR",
            event_name=event.name, trace_id=bytes.fromhex(event.trace_id),
            span_id=bytes.fromhex(event.span_id),
        )  # fmt: skip
        if event.body:
            written.body.string_value = event.body
        _attributes(written.attributes, event.attributes)
    body: bytes = request.SerializeToString()
    return body


def _kafka(world: World) -> Iterator[tuple[str, bytes]]:
    for some in _batched(kafka_samples(world), 60):
        whole = ExportMetricsServiceRequest()
        for time, samples in some:
            if samples:
                data = otlp_metrics.metrics_data(samples, _ns(time))
                whole.MergeFrom(encode_metrics(data))
        yield METRICS, whole.SerializeToString()


def _things(world: World) -> Iterator[tuple[str, bytes]]:
    for some in _batched(things(world), 30):
        logs: list[ReadableLogRecord] = []
        metrics = ExportMetricsServiceRequest()
        for time, news in some:
            logs += otlp_things.entity_events(news, _ns(time))
            if news.figures:
                metrics.MergeFrom(encode_metrics(otlp_things.metrics_data(news.figures, _ns(time))))
        if logs:
            yield LOGS, encode_logs(logs).SerializeToString()
        yield METRICS, metrics.SerializeToString()


def _resource(resource: Any, agent: str, instance: str) -> None:
    own = {
        DEPLOYMENT_ENVIRONMENT_NAME: ENVIRONMENT,
        SERVICE_NAME: slug(agent),
        SERVICE_INSTANCE_ID: instance,
        GEN_AI_AGENT_NAME: agent,
    }
    _attributes(resource.attributes, own)


def _attributes(written: Any, attributes: dict[str, Any]) -> None:
    for name, value in attributes.items():
        if value is None:
            continue
        one = written.add(key=name).value
        if isinstance(value, str):
            one.string_value = value
        elif isinstance(value, int):
            one.int_value = value
        elif isinstance(value, float):
            one.double_value = value
        else:
            for part in value:
                one.array_value.values.add(string_value=part)


def _ns(time: float) -> int:
    return int(time * 1e9)


def _batched(things: Iterable[T], count: int) -> Iterator[list[T]]:
    rest = iter(things)
    while some := list(islice(rest, count)):
        yield some
