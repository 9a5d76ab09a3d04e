"""Parameters of handoffs and of the graph of agents."""

from typing import Literal

from pydantic import BaseModel, Field

from query_service.models.parameters.lists import ListQuery
from query_service.models.parameters.values import AgentName, MessageId, Outcome, Priority, TraceId


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
    sort: Literal["sent", "-sent", "duration", "-duration"] = Field(
        "sent",
        description="Newest first (-sent: oldest), or of those answered the longest first "
        "(-duration: shortest), sent within the last day unless `since` is given",
    )
    limit: int = Field(50, ge=0, le=1000, description="Most handoffs")


class HandoffPath(BaseModel):
    """A handoff in the path."""

    message_id: MessageId = Field(description="Id of the message that was handed over")


class GraphQuery(ListQuery):
    """The window of the graph of agents."""

    agent_name: AgentName | None = Field(None, description="Only work from or to this agent")
    sort: Literal[
        "tasks", "-tasks", "failed", "-failed", "open", "-open", "p95", "-p95", "agent", "-agent"
    ] = Field(
        "tasks",
        description="Edges with the most tasks first, with the most that failed or are open, "
        "with the slowest answers, or by sender and receiver (- turns it around)",
    )
    limit: int = Field(500, ge=0, le=5000, description="Most edges")
