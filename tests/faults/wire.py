"""A world as Kafka records and OTLP requests."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.sdk._logs import ReadableLogRecord

from query_service.observer import otlp_metrics, otlp_things
from tests.faults import otlp
from tests.faults.observed import kafka_samples, things
from tests.faults.records import Message, utc
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
        yield SPANS, otlp.spans(spans)
    for events in _batched(world.events, AT_ONCE):
        yield LOGS, otlp.events(events)
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


def _kafka(world: World) -> Iterator[tuple[str, bytes]]:
    for some in _batched(kafka_samples(world), 60):
        whole = ExportMetricsServiceRequest()
        for time, samples in some:
            if samples:
                data = otlp_metrics.metrics_data(samples, otlp.ns(time))
                whole.MergeFrom(encode_metrics(data))
        yield METRICS, whole.SerializeToString()


def _things(world: World) -> Iterator[tuple[str, bytes]]:
    for some in _batched(things(world), 30):
        logs: list[ReadableLogRecord] = []
        metrics = ExportMetricsServiceRequest()
        for time, news in some:
            logs += otlp_things.entity_events(news, otlp.ns(time))
            if news.figures:
                metrics.MergeFrom(
                    encode_metrics(otlp_things.metrics_data(news.figures, otlp.ns(time)))
                )
        if logs:
            yield LOGS, encode_logs(logs).SerializeToString()
        yield METRICS, metrics.SerializeToString()


def _batched(things: Iterable[T], count: int) -> Iterator[list[T]]:
    rest = iter(things)
    while some := list(islice(rest, count)):
        yield some
