"""Parameters of the endpoints: names, defaults and bounds, checked before any query runs."""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

_RELATIVE = re.compile(r"-?(\d{1,9})(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")

MessageType = Literal["task", "result", "error", "heartbeat", "cancel"]
Priority = Literal["low", "normal", "high", "critical"]
Outcome = Literal[
    "completed", "failed", "cancelled", "expired", "in_progress", "queued", "lost", "unknown"
]
Severity = Literal["critical", "error", "warning", "info"]
EventSeverity = Literal["debug", "info", "warning", "error", "critical"]
Kind = Literal["message", "event", "span", "error", "handoff", "trace_record", "dead_letter"]
Status = Literal["running", "completed", "failed", "waiting", "cancelled"]
SearchKind = Literal["message", "span", "error", "trace", "event", "handoff", "session"]
Step = Literal["1m", "5m", "15m", "1h", "6h", "1d"]
Category = Literal[
    "llm_error",
    "agent_error",
    "tool_error",
    "handoff_error",
    "validation_error",
    "timeout_error",
    "resource_error",
    "network_error",
    "config_error",
    "unknown",
]


def example(example: str | int | bool) -> Any:
    """The example that the OpenAPI document shows of a parameter."""
    return Field(json_schema_extra={"example": example})


def parse_time(value: object) -> datetime | timedelta | None:
    """An absolute time in UTC, or how long ago: `2026-11-22T11:51:55+01:00`, `15m` or `-15m`.

    A time without a zone is UTC. Raises PydanticCustomError for anything else.
    """
    if value is None:
        return None
    text = str(value)
    try:
        if relative := _RELATIVE.fullmatch(text):
            return timedelta(**{_UNITS[relative[2]]: int(relative[1])})
        # An unescaped + in a query string arrives as a space.
        time = datetime.fromisoformat(_LOST_PLUS.sub(r"+\1", text) if "T" in text else text)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise PydanticCustomError(
            "time_parsing",
            "Input should be a time in ISO 8601 (UTC when it has no zone) "
            "or so long ago, like 15m (s, m, h, d; -15m is the same)",
        ) from error


def parse_duration(value: object) -> object:
    """How long: `15m`, `-15m`. Raises PydanticCustomError for anything else than so long."""
    if isinstance(value, timedelta):
        return value
    if not _RELATIVE.fullmatch(str(value)):
        raise PydanticCustomError("duration_parsing", "Input should be like 15m (s, m, h, d)")
    return parse_time(value)


Duration = Annotated[timedelta, BeforeValidator(parse_duration, json_schema_input_type=str)]
Time = Annotated[
    datetime | timedelta | None,
    BeforeValidator(parse_time, json_schema_input_type=str | None),
    example("15m"),
]
TraceId = Annotated[str, example("4bf92f3577b34da6a3ce929d0e0e4736")]
MessageId = Annotated[str, example("9a4c2d8e-77f1-4a6b-8e1c-2f5b8f6f0d11")]
Cursor = Annotated[str, example("eyJhdCI6IjIwMjYtMTEtMjJUMTI6MDA6MDBaIn0=")]
Fingerprint = Annotated[str, Field(pattern="^[0-9a-f]{16}$"), example("8f14e45fceea167a")]
AgentName = Annotated[str, example("Researcher")]
Milliseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Parameters(BaseModel):
    """Parameters of an endpoint."""

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Made once: flask-openapi3 asks for it in every request, and it takes 2 ms."""
        return _json_schema(cls, *args, **kwargs)


@cache
def _json_schema(model: type[Parameters], *args: Any, **kwargs: Any) -> dict[str, Any]:
    return super(Parameters, model).model_json_schema(*args, **kwargs)


class AtQuery(Parameters):
    """Asks for the answer that held at a time."""

    at: Time = Field(
        None,
        description="Only what happened up to this time: ISO 8601 (UTC when it has no zone) "
        "or so long ago, like 15m. Default: now",
    )


class WindowQuery(AtQuery):
    """Asks for what lies in a window of time; so long ago is counted from `at`."""

    since: Time = Field(None, description="Only from this time on (as `at`)")
    until: Time = Field(None, description="Only before this time (as `at`)")


class PageQuery(Parameters):
    """Asks for one page of a list; each list gives `limit` its own default and maximum."""

    cursor: Cursor | None = Field(
        None, description="`next_cursor` of the page before; everything else as for that page"
    )
    limit: int = Field(100, ge=0, le=1000, description="Most rows")


class ListQuery(WindowQuery, PageQuery):
    """Asks for one page of what lies in a window of time."""


class AgentPath(Parameters):
    """An agent in the path."""

    agent_name: AgentName = Field(description="Agent, in any case; spaces and dashes are the same")


class TracePath(Parameters):
    """A trace in the path."""

    trace_id: TraceId = Field(description="Id of the trace")


class ClientPath(Parameters):
    """A live client in the path."""

    client_id: Annotated[str, example("my-console")] = Field(
        description="Any name; two connections with one name are two clients"
    )


class ErrorPath(Parameters):
    """An error in the path."""

    error_id: Annotated[str, example("9f0f6c1e-5f3a-4f0e-8f53-0d9d1c9f7b11")] = Field(
        description="Id of any report of the error"
    )


class SampledQuery(Parameters):
    """Asks for a new trace context."""

    sampled: bool = Field(True, description="Whether its spans are to be recorded")


class QueuesQuery(AtQuery):
    """Parameters of all queues."""

    window: Duration = Field(
        timedelta(minutes=15),
        ge=timedelta(minutes=5),
        le=timedelta(days=1),
        description="Rates are of so long, back to a full five minutes of the clock: 5m to 1d",
        json_schema_extra={"example": "15m", "default": "15m"},
    )


class QueueQuery(QueuesQuery):
    """Parameters of one queue."""

    message_type: MessageType | None = Field(None, description="Only messages of this type")
    limit: int = Field(50, ge=0, le=500, description="Most messages, and most pending tasks")


class PendingQuery(AtQuery):
    """Parameters of the pending tasks of one agent."""

    limit: int = Field(1000, ge=0, le=10_000, description="Most tasks")


class ErrorsQuery(ListQuery):
    """Filters of errors."""

    trace_id: TraceId | None = Field(None, description="Only errors of this trace")
    severity: Severity | None = Field(None, description="Only this severity")
    category: Category | None = Field(None, description="Only this category")
    agent_name: AgentName | None = Field(None, description="Only errors of this agent")
    error_type: Annotated[str, example("RateLimitError")] | None = Field(
        None, description="Only errors of this type"
    )
    fingerprint: Fingerprint | None = Field(None, description="Only errors of this group")
    text: Annotated[str, example("rate limit")] | None = Field(
        None, description="Only errors with this text in type or message, in any case"
    )
    limit: int = Field(50, ge=0, le=500, description="Most errors")


class GroupPath(Parameters):
    """A group of errors in the path."""

    fingerprint: Fingerprint = Field(description="Id of the group")


class GroupQuery(WindowQuery):
    """Parameters of one group of errors."""

    agent_name: AgentName | None = Field(None, description="Only errors of this agent")
    severity: Severity | None = Field(None, description="Only this severity")


class GroupsQuery(GroupQuery):
    """Filters of groups of errors."""

    new_since: Time = Field(None, description="Only groups first seen from this time on (as `at`)")
    sort: Literal["count", "last_seen", "first_seen"] = Field(
        "count", description="Most failures, or latest, first"
    )
    limit: int = Field(50, ge=0, le=500, description="Most groups")


class AgentErrorsQuery(ListQuery):
    """Parameters of the errors of one agent."""

    limit: int = Field(50, ge=0, le=200, description="Most errors")


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
    sort: Literal["start", "duration"] = Field(
        "start", description="Newest first, or longest first (one page, without a cursor)"
    )
    spans: Annotated[int, Field(ge=0, le=100), example(0)] | None = Field(
        None,
        description="So many whole spans of each trace. Default: outlines of the first 5, "
        "without what is big",
    )
    limit: int = Field(100, ge=0, le=1000, description="Most traces")


class SpanMetricsQuery(ListQuery):
    """Filters of span metrics."""

    trace_id: TraceId | None = Field(None, description="Only this trace")
    agent_name: AgentName | None = Field(None, description="Only this agent")
    name: Annotated[str, example("chat gpt-4o")] | None = Field(
        None, description="Summary and series: only spans of this name"
    )
    step: Step | None = Field(None, description="Adds a series with a point for each step")
    limit: int = Field(100, ge=0, le=1000, description="Most metrics")


class HandoffsQuery(ListQuery):
    """Filters of handoffs."""

    trace_id: TraceId | None = Field(None, description="Only this trace")
    agent_name: AgentName | None = Field(None, description="Only handoffs from or to this agent")
    source: AgentName | None = Field(None, description="Only handoffs from this agent")
    target: AgentName | None = Field(None, description="Only handoffs to this agent")
    priority: Priority | None = Field(None, description="Only tasks of this priority")
    outcome: Outcome | None = Field(
        None, description="Only handoffs that this became of: a page may then be shorter"
    )


class HandoffPath(BaseModel):
    """A handoff in the path."""

    message_id: MessageId = Field(description="Id of the message that was handed over")


class GraphQuery(WindowQuery):
    """The window of the graph of agents."""

    agent_name: AgentName | None = Field(None, description="Only work from or to this agent")
    limit: int = Field(500, ge=0, le=5000, description="Most edges: those with the most messages")


class EventsQuery(ListQuery):
    """Filters of events."""

    trace_id: TraceId | None = Field(None, description="Only this trace")
    agent_name: AgentName | None = Field(None, description="Only this agent")
    event_type: Annotated[str, example("agent_telemetry.task.claimed")] | None = Field(
        None, description="Only this type"
    )
    severity: EventSeverity | None = Field(None, description="Only this severity")
    text: Annotated[str, example("claimed")] | None = Field(
        None, description="Only with this in the first 200 characters of the text, in any case"
    )
    limit: int = Field(100, ge=0, le=1000, description="Most events")


class SearchQuery(WindowQuery):
    """What to look for."""

    q: Annotated[str, example("draft about tea")] = Field(
        min_length=1, max_length=200, description="Words, or an id or its first 8 characters"
    )
    kinds: list[SearchKind] | None = Field(None, description="Only these kinds, repeated")
    limit: int = Field(20, ge=1, le=100, description="Most things")


class LiveQuery(Parameters):
    """Filters of a live stream; each may be given several times."""

    trace_id: list[TraceId] = Field([], description="Only these traces")
    agent_name: list[AgentName] = Field(
        [], description="Only what these agents did, sent or were sent"
    )
    event_type: list[Annotated[str, example("agent_start")]] = Field(
        [],
        description="Only these types: of events, messages, errors and spans, or "
        "`agent_queue_message`, `error_recorded`, `handoff`",
    )
    kind: list[Kind] = Field([], description="Only these kinds")
    severity: list[EventSeverity] = Field([], description="Only these severities")
    text: Annotated[str, Field(max_length=1000), example("timeout")] = Field(
        "", description="Only what has this text in it, in any case"
    )
    cursor: Annotated[str, example("MTc5NTM0ODUzODc4NDYxNi4xMg")] | None = Field(
        None, description="Begin after this `cursor` or id; `Last-Event-ID` goes before it"
    )
