"""Parameters of traces, and of a new trace context."""

from typing import Annotated, Literal

from pydantic import Field

from query_service.models.parameters.lists import ListQuery, Parameters
from query_service.models.parameters.values import AgentName, Milliseconds, Status, TraceId, example


class TracesQuery(ListQuery):
    """Filters of traces."""

    trace_id: TraceId | None = Field(None, description="Only this trace")
    session_id: Annotated[str, example("session-7")] | None = Field(
        None, description="Only traces of this session"
    )
    user_id: Annotated[str, example("user-3")] | None = Field(
        None, description="Only traces of this user"
    )
    status: Status | None = Field(None, description="Only traces in this state")
    agent_name: AgentName | None = Field(None, description="Only traces with a span of this agent")
    model: Annotated[str, example("gpt-4o")] | None = Field(
        None, description="Only traces with a span of this model"
    )
    error: Annotated[bool, example(True)] | None = Field(
        None, description="Only traces with a failed span, or only those without one"
    )
    min_duration_ms: Annotated[Milliseconds, example(100)] | None = Field(
        None, description="Only traces that took as long, ms"
    )
    max_duration_ms: Annotated[Milliseconds, example(5000)] | None = Field(
        None, description="Only traces that took no longer, ms"
    )
    text: Annotated[str, example("timeout")] | None = Field(
        None,
        description="Only traces with this text, in any case, in the names of their spans or the "
        "beginning of what the user asked, of what came out or of the error",
    )
    attribute: (
        Annotated[str, Field(pattern="^[^=]+="), example("gen_ai.tool.name=search")] | None
    ) = Field(None, description="Only traces with a span that has this attribute: name=value")
    sort: Literal["start", "-start", "duration", "-duration"] = Field(
        "start",
        description="Newest first (-start: oldest), or longest first (-duration: shortest; one "
        "page, without a cursor)",
    )
    spans: int = Field(
        0,
        ge=0,
        le=100,
        description="So many whole spans of each trace, and its first 100 handoffs; 0: none",
    )
    limit: int = Field(100, ge=0, le=1000, description="Most traces")


class SampledQuery(Parameters):
    """Asks for a new trace context."""

    sampled: bool = Field(True, description="Whether its spans are to be recorded")
