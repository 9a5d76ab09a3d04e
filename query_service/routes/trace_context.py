"""`/api/v1/trace-context`: W3C trace context, made and read."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from opentelemetry import trace
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from query_service.access.roles import Role, needs
from query_service.errors import InvalidParameter
from query_service.models.parameters.traces import SampledQuery
from query_service.schemas.trace_context import Created, Headers, Parsed

blueprint = APIBlueprint(
    "trace_context",
    __name__,
    url_prefix="/api/v1/trace-context",
    abp_tags=[Tag(name="Trace context")],
)
_W3C = TraceContextTextMapPropagator()


@blueprint.get("/create", summary="A new trace context", responses={200: Created})
def create(query: SampledQuery) -> dict[str, Any]:
    """Ids of a new trace and its first span, and the header that carries them."""
    ids = RandomIdGenerator()
    flags = TraceFlags(TraceFlags.SAMPLED if query.sampled else TraceFlags.DEFAULT)
    made = SpanContext(ids.generate_trace_id(), ids.generate_span_id(), False, flags)
    headers: dict[str, str] = {}
    _W3C.inject(headers, trace.set_span_in_context(NonRecordingSpan(made)))
    return {**_ids(made), "headers": headers}


@blueprint.post("/parse", summary="Read a trace context", responses={200: Parsed})
@needs(Role.VIEWER)
def parse(body: Headers) -> dict[str, Any]:
    """What the headers `traceparent` and `tracestate` say. 422 when W3C does not allow them."""
    sent = {"traceparent": body.traceparent or "", "tracestate": body.tracestate}
    found = trace.get_current_span(_W3C.extract(sent)).get_span_context()
    if not found.is_valid:
        raise InvalidParameter("traceparent", "Invalid or missing traceparent header")
    return {**_ids(found), "trace_state": dict(found.trace_state)}


def _ids(found: SpanContext) -> dict[str, Any]:
    return {
        "trace_id": trace.format_trace_id(found.trace_id),
        "span_id": trace.format_span_id(found.span_id),
        "sampled": found.trace_flags.sampled,
    }
