"""Parameters of queues and agents."""

from datetime import timedelta

from pydantic import Field

from query_service.models.parameters.lists import AtQuery
from query_service.models.parameters.values import Duration, MessageType


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
