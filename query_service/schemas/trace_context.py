"""What `/api/v1/trace-context` takes and answers."""

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from query_service.schemas.base import Answer, field

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"


class Headers(BaseModel):
    """Headers of a request; others are ignored."""

    model_config = ConfigDict(extra="allow")

    traceparent: str | None = Field(
        None,
        validation_alias=AliasChoices("traceparent", "Traceparent"),
        description="W3C traceparent; `Traceparent` is read too",
        json_schema_extra={"example": TRACEPARENT},
    )
    tracestate: str = Field(
        "", description="W3C tracestate", json_schema_extra={"example": "a=1,b=2"}
    )


class Carrier(Answer):
    """Headers to send along."""

    traceparent: str = field("W3C traceparent", TRACEPARENT)


class Created(Answer):
    """A new trace context."""

    trace_id: str = field("Id of the trace, 32 hex digits", TRACE)
    span_id: str = field("Id of the span, 16 hex digits", SPAN)
    sampled: bool = field("Whether its spans are to be recorded")
    headers: Carrier = field("Headers that carry it")


class Parsed(Answer):
    """What the headers say."""

    trace_id: str = field("Id of the trace, 32 hex digits", TRACE)
    span_id: str = field("Id of the span, 16 hex digits", SPAN)
    sampled: bool = field("Whether its spans are recorded")
    trace_state: dict[str, str] = field("Entries of tracestate", {"a": "1"})
