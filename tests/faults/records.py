"""What a world leaves behind, before it is written as Kafka records and OTLP."""

from dataclasses import dataclass, field
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
