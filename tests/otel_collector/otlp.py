"""OTLP requests, made by hand so that a test may send what no SDK would."""

import os
from collections.abc import Mapping

import grpc
import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span

PROTOBUF = {"Content-Type": "application/x-protobuf"}


def attribute(key: str, value: str) -> KeyValue:
    """A string attribute."""
    return KeyValue(key=key, value=AnyValue(string_value=value))


def spans(
    name: str, count: int, size: int = 0, resource: Mapping[str, str] | None = None
) -> ExportTraceServiceRequest:
    """A request with `count` spans called `name`, each with an attribute of `size` bytes that do
    not compress."""
    request = ExportTraceServiceRequest()
    group = request.resource_spans.add()
    group.resource.attributes.extend(attribute(k, v) for k, v in (resource or {}).items())
    scope = group.scope_spans.add()
    for number in range(count):
        scope.spans.append(
            Span(
                trace_id=os.urandom(16),
                span_id=os.urandom(8),
                name=name,
                start_time_unix_nano=1_700_000_000_000_000_000 + number,
                end_time_unix_nano=1_700_000_000_000_001_000 + number,
                attributes=[attribute("text", os.urandom(size // 2).hex())] if size else [],
            )
        )
    return request


def send_http(port: int, body: bytes, signal: str = "traces") -> httpx.Response:
    """POST a request's bytes."""
    url = f"http://127.0.0.1:{port}/v1/{signal}"
    return httpx.post(url, content=body, headers=PROTOBUF, timeout=60)


def send_grpc(port: int, request: ExportTraceServiceRequest) -> None:
    """Export by gRPC. Raises grpc.RpcError."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        export = channel.unary_unary(
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            request_serializer=ExportTraceServiceRequest.SerializeToString,
        )
        export(request, timeout=60)
