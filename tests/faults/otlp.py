"""Spans and events as OTLP, with the resources and scope of the SDK."""

from collections.abc import Iterable
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.semconv._incubating.attributes.deployment_attributes import (
    DEPLOYMENT_ENVIRONMENT_NAME,
)
from opentelemetry.semconv._incubating.attributes.gen_ai_attributes import GEN_AI_AGENT_NAME
from opentelemetry.semconv._incubating.attributes.service_attributes import SERVICE_INSTANCE_ID
from opentelemetry.semconv.attributes.service_attributes import SERVICE_NAME

from agent_sdk._names import slug
from tests.faults.records import Event, Span
from tests.faults.spans import ENVIRONMENT


def spans(some: Iterable[Span]) -> bytes:
    """The body of a request."""
    request = ExportTraceServiceRequest()
    scopes: dict[tuple[str, str], Any] = {}
    for span in some:
        scope = scopes.get((span.agent, span.instance))
        if scope is None:
            own = request.resource_spans.add()
            _resource(own.resource, span.agent, span.instance)
            scope = scopes[span.agent, span.instance] = own.scope_spans.add()
            scope.scope.name = "agent_sdk"
        written = scope.spans.add(
            trace_id=bytes.fromhex(span.trace_id), span_id=bytes.fromhex(span.span_id),
            parent_span_id=bytes.fromhex(span.parent_id), name=span.name, kind=span.otel_kind,
            start_time_unix_nano=ns(span.start), end_time_unix_nano=ns(span.end or span.start),
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


def events(some: Iterable[Event]) -> bytes:
    """The body of a request."""
    request = ExportLogsServiceRequest()
    scopes: dict[tuple[str, str], Any] = {}
    for event in some:
        scope = scopes.get((event.agent, event.instance))
        if scope is None:
            own = request.resource_logs.add()
            _resource(own.resource, event.agent, event.instance)
            scope = scopes[event.agent, event.instance] = own.scope_logs.add()
            scope.scope.name = "agent_sdk"
        written = scope.log_records.add(
            time_unix_nano=ns(event.time), observed_time_unix_nano=ns(event.time),
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


def ns(time: float) -> int:
    """Nanoseconds."""
    return int(time * 1e9)


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
