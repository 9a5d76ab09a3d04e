"""What the code that runs now is working for: the agent, the message, the innermost step."""

from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ack:
    """Where Kafka put a message."""

    partition: int
    offset: int


@dataclass(frozen=True)
class Work:
    """The message being worked on; what is sent meanwhile was caused by it."""

    message_id: str
    conversation_id: str | None
    hop_count: int
    attempt: int
    sent: "list[Future[Ack]]" = field(default_factory=list, compare=False)
    """What was sent meanwhile: the message counts as done when Kafka has it all."""


@dataclass(frozen=True)
class Step:
    """The innermost agent, task, tool, ... span, as an error report needs it."""

    kind: str
    operation: str
    started: float
    """time.monotonic() at its start."""
    model: str | None = None
    tool: str | None = None
    prompt_preview: str | None = None
    tool_parameters: dict[str, object] | None = None


current_agent: ContextVar[str | None] = ContextVar("agent_sdk_agent", default=None)
current_work: ContextVar[Work | None] = ContextVar("agent_sdk_work", default=None)
current_step: ContextVar[Step | None] = ContextVar("agent_sdk_step", default=None)
