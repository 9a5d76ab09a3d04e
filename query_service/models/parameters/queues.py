"""Parameters of queues and agents."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from query_service.models.parameters.lists import AtQuery, ListQuery, PageQuery
from query_service.models.parameters.values import (
    AgentName,
    ByTime,
    Duration,
    MessageType,
    PendingState,
    Priority,
    example,
)

NamePart = Annotated[str, example("writ")]


class RatesQuery(AtQuery):
    """Asks for the rates of queues."""

    window: Duration = Field(
        timedelta(minutes=15),
        ge=timedelta(minutes=5),
        le=timedelta(days=1),
        description="Rates are of so long, back to a full five minutes of the clock: 5m to 1d",
        json_schema_extra={"example": "15m", "default": "15m"},
    )


class QueuesQuery(RatesQuery, PageQuery):
    """Filters of queues."""

    agent_name: NamePart | None = Field(
        None, description="Only queues of agents with this in their name"
    )
    state: PendingState | None = Field(None, description="Only queues with tasks in this state")
    sort: Literal[
        "agent",
        "pending",
        "waiting",
        "lag",
        "activity",
        "-agent",
        "-pending",
        "-waiting",
        "-lag",
        "-activity",
    ] = Field(
        "agent",
        description="By name; or first the most pending tasks, the task that waits longest, the "
        "greatest lag, the last activity; with - the other way round",
    )
    limit: int = Field(10_000, ge=0, le=10_000, description="Most queues")


class QueueQuery(RatesQuery, ListQuery):
    """Filters of the messages of one queue."""

    message_type: MessageType | None = Field(None, description="Only messages of this type")
    sort: ByTime = Field("time", description="Newest messages first; -time: oldest first")
    limit: int = Field(50, ge=0, le=500, description="Most messages, and most pending tasks")


class PendingQuery(ListQuery):
    """Filters of the pending tasks of one agent."""

    state: PendingState | None = Field(None, description="Only tasks in this state")
    priority: Priority | None = Field(None, description="Only tasks of this priority")
    source: AgentName | None = Field(None, description="Only tasks from this agent")
    sort: Literal["waiting", "-waiting", "priority", "-priority"] = Field(
        "waiting",
        description="What waits longest first; or the most urgent first, of these what waits "
        "longest; with - the other way round",
    )
    limit: int = Field(100, ge=0, le=10_000, description="Most tasks")


class AgentsQuery(ListQuery):
    """Filters of agents; the window is of when they were seen."""

    agent_name: NamePart | None = Field(None, description="Only agents with this in their name")
    sort: Literal["name", "-name", "last_seen", "-last_seen", "messages", "-messages"] = Field(
        "name",
        description="By name; or first who was seen last, who sent and got the most messages; "
        "with - the other way round",
    )
    limit: int = Field(10_000, ge=0, le=10_000, description="Most agents")
