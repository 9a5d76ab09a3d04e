"""Kafka headers of a message: W3C trace context, and what links messages to each other."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from opentelemetry import propagate
from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)

from agent_sdk._messages import AgentMessage

Pairs = list[tuple[str, bytes]]


@dataclass(frozen=True)
class MessageHeaders:
    """The headers beside the trace context. A message of another sender may have none."""

    message_id: str | None = None
    cause_message_id: str | None = None
    """The message that was being worked on while this one was sent."""
    conversation_id: str | None = None
    hop_count: int = 0
    """Messages before this one in its chain of causes."""
    attempt: int = 1
    """1 for the first try of a task."""
    enqueued_ms: int | None = None
    """Milliseconds since 1970, by the sender's clock."""
    context: Context = field(default_factory=Context)
    """The sender's trace context; empty when there is none."""
    redrive_of: str | None = None
    """The task that an operator has sent again as this one."""
    redrive_root: str | None = None
    """The first of the tasks that were sent again for each other."""


def encode(headers: MessageHeaders) -> Pairs:
    """As kafka-python takes them, with the trace context of `headers.context`."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier, context=headers.context)
    carrier["message-id"] = headers.message_id or ""
    carrier["hop-count"] = str(headers.hop_count)
    carrier["attempt"] = str(headers.attempt)
    carrier["enqueued-ms"] = str(headers.enqueued_ms or int(time.time() * 1000))
    if headers.cause_message_id:
        carrier["cause-message-id"] = headers.cause_message_id
    if headers.conversation_id:
        carrier["conversation-id"] = headers.conversation_id
    if headers.redrive_of:
        carrier["redrive-of"] = headers.redrive_of
    if headers.redrive_root:
        carrier["redrive-root"] = headers.redrive_root
    return [(name, value.encode()) for name, value in carrier.items()]


def decode(pairs: Iterable[tuple[str, bytes | None]]) -> MessageHeaders:
    """What of them can be read; the rest is as if it were not there. Never raises."""
    carrier = {name.lower(): (value or b"").decode(errors="replace") for name, value in pairs}
    return MessageHeaders(
        message_id=carrier.get("message-id") or None,
        cause_message_id=carrier.get("cause-message-id") or None,
        conversation_id=carrier.get("conversation-id") or None,
        hop_count=_whole_number(carrier, "hop-count") or 0,
        attempt=_whole_number(carrier, "attempt") or 1,
        enqueued_ms=_whole_number(carrier, "enqueued-ms"),
        redrive_of=carrier.get("redrive-of") or None,
        redrive_root=carrier.get("redrive-root") or None,
        context=propagate.extract(carrier, context=Context()),
    )


def creation_context(headers: MessageHeaders, message: AgentMessage) -> Context:
    """The trace context that the message was sent in: of the headers, else of the body."""
    if get_current_span(headers.context).get_span_context().is_valid:
        return headers.context
    sender = SpanContext(
        trace_id=_hex(message.trace_id, 32),
        span_id=_hex(message.span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
    if not sender.is_valid:
        return headers.context
    return set_span_in_context(NonRecordingSpan(sender), headers.context)


def _whole_number(carrier: Mapping[str, str], name: str) -> int | None:
    text = carrier.get(name, "")
    # A number of more than 18 digits does not fit the 64 bits of those who read it later.
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _hex(text: str | None, digits: int) -> int:
    """Its value when it is an id of so many hex digits, else 0, which is no id."""
    if text is None or len(text) != digits:
        return 0
    try:
        return int(text, 16)
    except ValueError:
        return 0
