"""A received message, and the working on it."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as genai
from opentelemetry.semconv._incubating.attributes import messaging_attributes as messaging
from opentelemetry.trace import Link, Span, SpanKind
from opentelemetry.util.types import AttributeValue

from agent_sdk import _attributes as names
from agent_sdk import _events
from agent_sdk._context import Ack, Step, Work, current_agent, current_step, current_work
from agent_sdk._errors import record_error
from agent_sdk._headers import MessageHeaders
from agent_sdk._heartbeats import Heartbeats
from agent_sdk._messages import AgentMessage, MessageType
from agent_sdk._names import QUEUE_TEMPLATE
from agent_sdk._outbox import QueueClosed
from agent_sdk._outgoing import Sent
from agent_sdk._spans import agent, mark_failed
from agent_sdk._telemetry import telemetry

Reply = Callable[[AgentMessage, dict[str, object] | Exception], Sent]


class Outcome(StrEnum):
    """How the work on a task ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass
class Processing:
    """The work on one message, while it lasts."""

    message: AgentMessage
    span: Span
    _reply: Reply
    outcome: Outcome = Outcome.COMPLETED
    """What the done event will say; an exception makes it `failed`."""
    error: Exception | None = None
    """The exception that ended it."""

    def reply(self, payload: dict[str, object]) -> Sent:
        """Answer the task with a result."""
        return self._reply(self.message, payload)

    def cancel(self) -> None:
        """Say that the task was given up because its sender cancelled it."""
        self.outcome = Outcome.CANCELLED


@dataclass(frozen=True)
class Delivery:
    """One received message: `message`, its `headers`, and where it lay in Kafka."""

    message: AgentMessage
    headers: MessageHeaders
    topic: str
    partition: int
    offset: int
    cancelled: bool
    """True for a task whose cancel was received before it."""
    _agent: str
    _group: str
    _context: Context
    _reply: Reply = field(repr=False)
    _commit: Callable[[], None] = field(repr=False)
    _heartbeats: Heartbeats = field(repr=False)

    @contextmanager
    def process(self) -> Iterator[Processing]:
        """Work on the message.

        **Usage**:

            with delivery.process() as work:
                work.reply({"result": do(delivery.message.payload)})

        A span `process <queue>` continues the sender's trace, with `invoke_agent <me>` below
        it. For a task the events started, heartbeat (every `AGENT_HEARTBEAT_SECONDS`) and done
        tell how it goes. At the end the message is committed, once Kafka has what was sent
        inside.

        An exception inside is recorded; a task is then answered with an error message. It does
        not leave the block (see `work.error`), so that the agent goes on with the next message.
        KeyboardInterrupt and SystemExit do: the message is not committed and comes again.
        """
        message_id = self.message.message_id
        is_task = self.message.message_type is MessageType.TASK
        work = Work(
            message_id,
            self.headers.conversation_id,
            self.headers.hop_count,
            self.headers.attempt,
        )
        with ExitStack() as stack:
            stack.callback(current_agent.reset, current_agent.set(self._agent))
            stack.callback(current_work.reset, current_work.set(work))
            stack.callback(current_step.reset, current_step.set(self._step()))
            stack.callback(detach, attach(self._context))
            span = stack.enter_context(self._span())
            processing = Processing(self.message, span, self._reply)
            if is_task:
                _events.task_state(names.EVENT_STARTED, message_id, self.topic)
                stack.enter_context(self._beating())
            try:
                with agent(self._agent):
                    yield processing
            except Exception as error:
                self._fail(processing, error, is_task)
            if is_task:
                _events.task_state(
                    names.EVENT_DONE, message_id, self.topic, outcome=processing.outcome.value
                )
        _when_all(work.sent, self._commit)

    def _fail(self, processing: Processing, error: Exception, is_task: bool) -> None:
        processing.outcome = Outcome.FAILED
        processing.error = error
        record_error(error)
        mark_failed(processing.span, error)
        if is_task and self.message.source_agent:
            try:
                self._reply(self.message, error)
            except (ValueError, RuntimeError) as unsent:
                record_error(unsent)

    def _step(self) -> Step:
        return Step("handoff", f"consume_queue:{self.topic}", time.monotonic())

    @contextmanager
    def _span(self) -> Iterator[Span]:
        sender = trace.get_current_span(self._context).get_span_context()
        attributes: dict[str, AttributeValue] = {
            names.SPAN_KIND: "handoff",
            names.MESSAGE_TYPE: self.message.message_type.value,
            names.MESSAGE_ATTEMPT: self.headers.attempt,
            genai.GEN_AI_AGENT_NAME: self._agent,
            messaging.MESSAGING_SYSTEM: messaging.MessagingSystemValues.KAFKA.value,
            messaging.MESSAGING_OPERATION_NAME: "process",
            messaging.MESSAGING_OPERATION_TYPE: (
                messaging.MessagingOperationTypeValues.PROCESS.value
            ),
            messaging.MESSAGING_DESTINATION_NAME: self.topic,
            messaging.MESSAGING_DESTINATION_TEMPLATE: QUEUE_TEMPLATE,
            messaging.MESSAGING_DESTINATION_PARTITION_ID: str(self.partition),
            messaging.MESSAGING_KAFKA_OFFSET: self.offset,
            messaging.MESSAGING_CONSUMER_GROUP_NAME: self._group,
            messaging.MESSAGING_MESSAGE_ID: self.message.message_id,
        }
        if self.headers.conversation_id:
            conversation = self.headers.conversation_id
            attributes[messaging.MESSAGING_MESSAGE_CONVERSATION_ID] = conversation
            attributes[genai.GEN_AI_CONVERSATION_ID] = conversation
        with telemetry().tracer.start_as_current_span(
            f"process {self.topic}",
            context=self._context,
            kind=SpanKind.CONSUMER,
            attributes=attributes,
            links=[Link(sender)] if sender.is_valid else [],
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            yield span

    @contextmanager
    def _beating(self) -> Iterator[None]:
        """While inside, it is told every few seconds that the task is still worked on."""
        # The thread that beats has a context of its own: agent and span are handed to it.
        context = trace.set_span_in_context(trace.get_current_span())

        def beat() -> None:
            _events.task_state(
                names.EVENT_HEARTBEAT,
                self.message.message_id,
                self.topic,
                agent=self._agent,
                context=context,
            )

        self._heartbeats.add(beat)
        try:
            yield
        finally:
            self._heartbeats.remove(beat)


def _when_all(sent: "list[Future[Ack]]", commit: Callable[[], None]) -> None:
    """Commit when Kafka has taken (or refused) everything that was sent.

    What the closing of the queue cut off was not taken: the message will come again then.
    """
    left = len(sent)
    lock = threading.Lock()

    def one_done(_: "Future[Ack]") -> None:
        nonlocal left
        with lock:
            left -= 1
            last = left == 0
        if last and not any(isinstance(f.exception(), QueueClosed) for f in sent):
            commit()

    if not sent:
        commit()
    for future in list(sent):
        future.add_done_callback(one_done)
