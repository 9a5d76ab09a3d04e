"""AgentMessage: what agents write to each other's queues."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import uuid4

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    model_validator,
)


class MessageType(StrEnum):
    """What a message is for."""

    TASK = "task"
    RESULT = "result"
    ERROR = "error"
    HEARTBEAT = "heartbeat"
    CANCEL = "cancel"


class Priority(StrEnum):
    """How urgent the sender finds it; the SDK does not reorder."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


def _with_zone(value: object) -> object:
    """Agents write their UTC times without a zone."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def _without_zone(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


UtcTime = Annotated[AwareDatetime, BeforeValidator(_with_zone), PlainSerializer(_without_zone)]
"""A time that JSON has in UTC without a zone, as existing agents write and read it."""


def new_id() -> str:
    """A random id, as messages, errors and events have it."""
    return str(uuid4())


def unicode(text: str) -> str:
    """Without halves of surrogate pairs: with one of them a whole batch would not be sent."""
    return text.encode("utf-8", "replace").decode()


class AgentMessage(BaseModel):
    """One message of a queue `agent-queue-<agent>`; its JSON is the value of the Kafka record.

    Reading is lenient: unknown fields are ignored, and a field that is missing or null takes
    its default. Only `message_id` must be there.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    message_id: str = Field(min_length=1)
    source_agent: str = ""
    target_agent: str = ""
    message_type: MessageType = MessageType.TASK
    priority: Priority = Priority.NORMAL
    payload: dict[str, object] = {}
    trace_id: str | None = None
    span_id: str | None = None
    parent_message_id: str | None = None
    """The task that a result, an error or a cancel belongs to."""
    reason: str = ""
    timestamp: UtcTime = Field(default_factory=lambda: datetime.now(UTC))
    """When it was sent."""
    ttl_seconds: int | None = None
    """After so many seconds an answer is no longer of use; None: no limit."""

    @model_validator(mode="before")
    @classmethod
    def _null_is_missing(cls, data: object) -> object:
        if isinstance(data, dict):
            return {key: value for key, value in data.items() if value is not None}
        return data

    @property
    def expired(self) -> bool:
        """True when `ttl_seconds` have passed since it was sent."""
        if self.ttl_seconds is None:
            return False
        return (datetime.now(UTC) - self.timestamp).total_seconds() > self.ttl_seconds

    def to_bytes(self) -> bytes:
        """The value of the Kafka record: UTF-8 JSON with every field; other objects become text."""
        return self.model_dump_json(fallback=str).encode()

    @classmethod
    def from_bytes(cls, value: bytes) -> "AgentMessage":
        """Raises pydantic.ValidationError (a ValueError) when `value` is no AgentMessage."""
        return cls.model_validate_json(value)
