"""What `/api/v1/redrive` takes and answers."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from query_service.models.parameters.values import AgentName, Time
from query_service.schemas.base import Answer, field
from query_service.schemas.handoffs import TASK, TIME

Trouble = Literal["lost", "expired", "poisoned", "in_progress"]
_NEW = "0b7e2c55-3e1f-4d0c-9a55-6c1f1f0e7a42"


class Filter(BaseModel):
    """Which open tasks: those with one of some troubles, and all else that is given."""

    model_config = ConfigDict(extra="forbid")

    trouble: list[Trouble] = Field(
        min_length=1,
        max_length=4,
        description="lost: nobody reads the queue; expired: its time to live has passed; poisoned: "
        "begun again and again, never answered; in_progress: somebody took it and never answered",
        json_schema_extra={"example": ["expired"]},
    )
    agent: AgentName | None = Field(None, description="Only tasks of this agent")
    source: AgentName | None = Field(None, description="Only tasks from this agent")
    since: Time = Field(
        None, description="Only sent from this time on: ISO 8601 (UTC), or so long ago, like 15m"
    )
    until: Time = Field(None, description="Only sent before this time (as since)")


class Redrive(BaseModel):
    """Either `message_ids` or `filter`."""

    model_config = ConfigDict(extra="forbid")

    message_ids: list[Annotated[str, Field(min_length=1, max_length=1000)]] | None = Field(
        None,
        min_length=1,
        max_length=1000,
        description="These tasks",
        json_schema_extra={"example": [TASK]},
    )
    filter: Filter | None = Field(None, description="Open tasks that it chooses, the oldest first")
    dry_run: StrictBool = Field(True, description="Only tell what would be sent")
    limit: int = Field(
        100, ge=1, le=1000, strict=True, description="Most tasks that are looked at in one request"
    )
    target: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9._][A-Za-z0-9._ -]{0,199}$",
        description="Another agent, to whose queue they are sent: its topic must exist",
        json_schema_extra={"example": "researcher"},
    )
    again: StrictBool = Field(
        False, description="Also send what was answered, was sent again before, or waits to be read"
    )

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        if (self.message_ids is None) == (self.filter is None):
            raise ValueError("give either message_ids or filter")
        return self


class Resent(Answer):
    """What was done, or would be, with one task."""

    message_id: str = field("The task", TASK)
    outcome: Literal["would_send", "sent", "unconfirmed", "refused", "left"] = field(
        "unconfirmed: Kafka did not say that it has it, and may have it all the same; left: for "
        "another request"
    )
    reason: str | None = field("Why not", None)
    warning: str | None = field("What to think of before", None)
    state: str | None = field(
        "completed, failed, cancelled, superseded, expired, in_progress, queued, lost or unknown; "
        "null when no such task is known",
        "expired",
    )
    agent: str | None = field("Whose queue it was sent to", "researcher")
    source: str | None = field("Who sent it", "orchestrator")
    sent_at: str | None = field("When", TIME)
    queue: str | None = field("The queue that it is sent to", "agent-queue-researcher")
    bytes: int | None = field("Its size", 612)
    attempt: int | None = field("Which attempt the new one is", 2)
    redrive_root: str | None = field("The first of the tasks that were sent for each other", TASK)
    new_message_id: str | None = field("The new task; null when none was made", _NEW)
    partition: int | None = field("Where Kafka has the new task", 0)
    offset: int | None = field("Where Kafka has the new task", 42)


class Redriven(Answer):
    """What was done, or would be."""

    dry_run: bool = field("Whether nothing was sent")
    matched: int = field("Tasks that the ids or the filter choose", 4)
    would_send: int = field("Of the tasks below: would be sent", 3)
    sent: int = field("Sent: Kafka has them", 0)
    unconfirmed: int = field("Kafka did not say that it has them, and may have them", 0)
    refused: int = field("Refused, each with the reason", 1)
    left: int = field("For another request, with those that are not shown", 0)
    queues: dict[str, int] = field(
        "How many were sent, or would be, to each queue", {"agent-queue-researcher": 3}
    )
    messages: list[Resent] = field("Each task that was looked at, the oldest first")
