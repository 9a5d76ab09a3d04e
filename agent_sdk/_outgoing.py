"""Sending one message: its PRODUCER span, its headers, and the handle to wait for Kafka."""

import contextvars
from concurrent.futures import Future
from dataclasses import dataclass

from opentelemetry import trace
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as genai
from opentelemetry.semconv._incubating.attributes import messaging_attributes as messaging
from opentelemetry.trace import Span, SpanKind
from opentelemetry.util.types import AttributeValue

from agent_sdk import _attributes as names
from agent_sdk._context import Ack, current_work
from agent_sdk._errors import record_error
from agent_sdk._headers import MessageHeaders, encode
from agent_sdk._messages import AgentMessage, MessageType
from agent_sdk._names import QUEUE_TEMPLATE, queue_topic
from agent_sdk._outbox import Outbox, QueueClosed
from agent_sdk._spans import mark_failed
from agent_sdk._telemetry import telemetry


@dataclass(frozen=True)
class Sent:
    """A message on its way. It is delivered without waiting, too."""

    message: AgentMessage
    _future: "Future[Ack]"

    def wait(self, timeout: float | None = None) -> Ack:
        """Wait until Kafka has it, at most `timeout` seconds; where Kafka put it.

        Raises SendFailed when Kafka refused it, TimeoutError when it still waits.
        """
        return self._future.result(timeout)

    @property
    def acknowledged(self) -> bool:
        """True when Kafka has it."""
        return self._future.done() and self._future.exception() is None


def send(
    outbox: Outbox,
    draft: AgentMessage,
    *,
    attempt: int,
    conversation_id: str | None,
) -> Sent:
    """Put `draft` into the queue of its target; trace and span ids are filled in here.

    Raises ValueError when the target cannot name a topic or the payload is no JSON, QueueFull
    and SendFailed as the outbox does.
    """
    topic = queue_topic(draft.target_agent)
    work = current_work.get()
    conversation_id = conversation_id or (work.conversation_id if work else None)
    span = telemetry().tracer.start_span(
        f"send {topic}",
        kind=SpanKind.PRODUCER,
        attributes=_attributes(draft, topic, attempt, conversation_id),
    )
    message = _with_trace(draft, span)
    headers = MessageHeaders(
        message_id=message.message_id,
        cause_message_id=work.message_id if work else None,
        conversation_id=conversation_id,
        hop_count=work.hop_count + 1 if work else 0,
        attempt=attempt,
        enqueued_ms=int(message.timestamp.timestamp() * 1000),
        context=trace.set_span_in_context(span),
    )
    future: Future[Ack] = Future()
    here = contextvars.copy_context()

    def done(ack: Ack | None, error: Exception | None) -> None:
        here.copy().run(_finish, span, draft, ack, error)
        if error is not None:
            future.set_exception(error)
        elif ack is not None:
            future.set_result(ack)

    try:
        value = message.to_bytes()
        span.set_attribute(messaging.MESSAGING_MESSAGE_BODY_SIZE, len(value))
        outbox.put(topic, message.message_id.encode(), value, encode(headers), done)
    except Exception as error:
        _finish(span, draft, None, error)
        raise
    if work is not None:
        work.sent.append(future)
    return Sent(message, future)


def _with_trace(draft: AgentMessage, span: Span) -> AgentMessage:
    context = span.get_span_context()
    if not context.is_valid:
        return draft
    return draft.model_copy(
        update={
            "trace_id": trace.format_trace_id(context.trace_id),
            "span_id": trace.format_span_id(context.span_id),
        }
    )


def _finish(span: Span, message: AgentMessage, ack: Ack | None, error: Exception | None) -> None:
    """End the span of the sending with what became of it."""
    if ack is not None:
        span.set_attribute(messaging.MESSAGING_DESTINATION_PARTITION_ID, str(ack.partition))
        span.set_attribute(messaging.MESSAGING_KAFKA_OFFSET, ack.offset)
    if error is not None:
        mark_failed(span, error)
    # The close of a queue tells in one line how many it left; ten thousand reports take seconds.
    if error is not None and not isinstance(error, QueueClosed):
        with trace.use_span(span, end_on_exit=False):
            record_error(error, operation=f"queue_{message.message_type}:{message.reason}")
    span.end()


def _attributes(
    message: AgentMessage, topic: str, attempt: int, conversation_id: str | None
) -> dict[str, AttributeValue]:
    attributes: dict[str, AttributeValue] = {
        names.SPAN_KIND: "handoff",
        names.MESSAGE_TYPE: message.message_type.value,
        names.MESSAGE_ATTEMPT: attempt,
        genai.GEN_AI_AGENT_NAME: message.source_agent,
        messaging.MESSAGING_SYSTEM: messaging.MessagingSystemValues.KAFKA.value,
        messaging.MESSAGING_OPERATION_NAME: "send",
        messaging.MESSAGING_OPERATION_TYPE: messaging.MessagingOperationTypeValues.SEND.value,
        messaging.MESSAGING_DESTINATION_NAME: topic,
        messaging.MESSAGING_DESTINATION_TEMPLATE: QUEUE_TEMPLATE,
        messaging.MESSAGING_MESSAGE_ID: message.message_id,
    }
    if conversation_id:
        attributes[messaging.MESSAGING_MESSAGE_CONVERSATION_ID] = conversation_id
        attributes[genai.GEN_AI_CONVERSATION_ID] = conversation_id
    if message.message_type is MessageType.TASK:
        attributes[names.TRANSFER_MODE] = "return_to_caller"
        attributes[names.TRANSFER_TARGET_NAME] = message.target_agent
        attributes[names.TRANSFER_TARGET_TYPE] = "agent"
    return attributes
