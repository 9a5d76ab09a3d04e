"""Parameters of events, and of live streams."""

from typing import Annotated

from pydantic import Field

from query_service.models.parameters.lists import ListQuery, Parameters
from query_service.models.parameters.values import (
    AgentName,
    ByTime,
    EventSeverity,
    Kind,
    TraceId,
    example,
)


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
    sort: ByTime = Field("time", description="Newest first; -time: oldest first")
    limit: int = Field(100, ge=0, le=1000, description="Most events")


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


class ClientPath(Parameters):
    """A live client in the path."""

    client_id: Annotated[str, example("my-console")] = Field(
        description="Any name; two connections with one name are two clients"
    )
