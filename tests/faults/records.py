"""What a world leaves behind, before it is written as Kafka records and OTLP."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

TASK, RESULT, ERROR = "task", "result", "error"
Attributes = dict[str, Any]


@dataclass(slots=True)
class Message:
    """An AgentMessage with the headers of our SDK. Times are seconds since 1970."""

    message_id: str
    kind: str
    source: str
    target: str
    topic: str
    payload: dict[str, Any]
    time: float
    reason: str = ""
    priority: str = "normal"
    ttl: int | None = None
    parent_id: str | None = None
    cause_id: str | None = None
    conversation_id: str = ""
    hops: int = 0
    attempt: int = 1
    trace_id: str | None = None
    span_id: str | None = None
    offset: int = -1
    is_lost: bool = False
    """Kafka had it, and the pipeline did not."""


@dataclass(slots=True)
class Span:
    """A span; without an `end` it was never exported."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    otel_kind: int
    agent: str
    instance: str
    start: float
    attributes: Attributes
    end: float | None = None
    error: str = ""
    link: tuple[str, str] | None = None


@dataclass(slots=True)
class Event:
    """A log event: a state of a task, or an error."""

    name: str
    time: float
    agent: str
    instance: str
    attributes: Attributes
    trace_id: str = ""
    span_id: str = ""
    body: str = ""
    severity: int = 9


class Failure(Exception):
    """What goes wrong in an agent, as `agent_sdk.record_error` tells it."""

    def __init__(
        self, error_type: str, message: str, category: str = "agent_error", retryable: bool = False
    ) -> None:
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.category = category
        self.retryable = retryable
        self.error_id = ""

    def payload(self) -> dict[str, Any]:
        """Of the answer that tells it."""
        return {
            "error": self.message,
            "error_type": self.error_type,
            "error_id": self.error_id,
            "is_retryable": self.retryable,
        }


@dataclass
class Truth:
    """What was planted: a finding of `kind` whose first agent is one of `agents`.

    `also` are kinds that truly hold beside it, as (kind, agent), agent "" for any.
    """

    kind: str
    agents: frozenset[str]
    since: float
    task_ids: set[str] = field(default_factory=set)
    trace_ids: set[str] = field(default_factory=set)
    also: set[tuple[str, str]] = field(default_factory=set)
    variant: str = ""
    times: int = 0
    """How often it came about."""


def utc(time: float) -> str:
    """As messages have it: UTC without a zone."""
    moment = datetime.fromtimestamp(time, UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds")
