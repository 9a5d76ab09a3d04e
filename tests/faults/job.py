"""The work on one message: as `delivery.process()` and `queue.send_task` of the SDK do it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from opentelemetry.semconv._incubating.attributes import messaging_attributes as messaging

from agent_sdk import _attributes as names
from agent_sdk._names import QUEUE_TEMPLATE, queue_topic
from tests.faults.calls import Calls
from tests.faults.records import ERROR, RESULT, TASK, Attributes, Failure, Message
from tests.faults.spans import CONSUMER, PRODUCER, mark_failed
from tests.faults.texts import sentence

HEARTBEAT_SECONDS = 10.0


@dataclass
class Job(Calls):
    """The work on a message, or on an idea, and what is sent meanwhile."""

    is_over: bool = False
    is_answered: bool = False

    @contextmanager
    def processing(self) -> Iterator[None]:
        """As `delivery.process()` does; a failure is answered, and ends here."""
        message = self.message
        assert message is not None
        creation = (message.trace_id, message.span_id) if message.trace_id else None
        agent = self.agent
        attributes = {
            **_of_message(message, "process"),
            messaging.MESSAGING_KAFKA_OFFSET: message.offset,
            messaging.MESSAGING_CONSUMER_GROUP_NAME: agent.group,
        }
        is_task = message.kind == TASK
        name = f"process {message.topic}"
        parent = (creation[0], creation[1] or "") if creation else None
        with self.span(name, "handoff", attributes, CONSUMER, parent) as span:
            span.link = parent
            if is_task:
                agent.tell_state(names.EVENT_STARTED, message, self.place)
                self.loop.later(HEARTBEAT_SECONDS, self._beat)
            outcome = "completed"
            try:
                with self.agent_span():
                    yield
            except Failure as failure:
                outcome = "failed"
                mark_failed(span, failure)
                if is_task and not self.is_answered:
                    self.answer(message, ERROR, failure.payload())
            finally:
                self.is_over = True
            if is_task:
                agent.tell_state(names.EVENT_DONE, message, self.place, outcome)

    def send(self, target: str, kind: str, payload: dict[str, Any], **more: Any) -> Message:
        """Put a message into a queue, as `queue.send_task` and `work.reply` do."""
        loop, agent, cause = self.loop, self.agent, self.message
        if kind == TASK:
            target = agent.habits.route(target)
            more.setdefault("ttl", agent.habits.ttl())
        message = Message(
            loop.new_id(), kind, agent.name, target, queue_topic(target), payload,
            loop.now, cause_id=cause.message_id if cause else None,
            hops=cause.hops + 1 if cause else 0, conversation_id=self.conversation,
        )  # fmt: skip
        message = replace(message, **more)
        attributes = _of_message(message, "send")
        if kind == TASK:
            attributes[names.TRANSFER_MODE] = "return_to_caller"
            attributes[names.TRANSFER_TARGET_NAME] = target
            attributes[names.TRANSFER_TARGET_TYPE] = "agent"
        with self.span(f"send {message.topic}", "handoff", attributes, PRODUCER) as span:
            if agent.habits.is_traced():
                message.trace_id, message.span_id = span.trace_id, span.span_id
        if span.end is not None:
            span.end += loop.rng.uniform(0.001, 0.006)

        def taken() -> None:
            loop.deliver(message)
            span.attributes[messaging.MESSAGING_KAFKA_OFFSET] = message.offset

        loop.later(loop.rng.uniform(0.001, 0.004), taken)
        return message

    def reply(self, payload: dict[str, Any]) -> None:
        """Answer the task with a result."""
        assert self.message is not None
        self.answer(self.message, RESULT, payload)

    def answer(self, task: Message, kind: str, payload: dict[str, Any]) -> None:
        self.is_answered = self.is_answered or task is self.message
        self.send(
            task.source, kind, payload, parent_id=task.message_id, reason=task.reason,
            priority=task.priority, conversation_id=task.conversation_id,
            attempt=task.attempt if task is self.message else 1,
        )  # fmt: skip

    def _beat(self) -> None:
        if self.is_over or not any(r.message is self.message for r in self.agent.running):
            return
        assert self.message is not None
        if self.agent.habits.beats(self):
            self.agent.tell_state(names.EVENT_HEARTBEAT, self.message, self.place)
        self.loop.later(HEARTBEAT_SECONDS, self._beat)


def result(job: Job) -> dict[str, Any]:
    """What a worker answers."""
    brief = job.message.payload.get("subject", "") if job.message else ""
    return {"agent": job.agent.name, "subject": brief, "result": sentence(job.loop.rng, 30)}


def _of_message(message: Message, operation: str) -> Attributes:
    return {
        names.MESSAGE_TYPE: message.kind,
        names.MESSAGE_ATTEMPT: message.attempt,
        messaging.MESSAGING_SYSTEM: "kafka",
        messaging.MESSAGING_OPERATION_NAME: operation,
        messaging.MESSAGING_OPERATION_TYPE: operation,
        messaging.MESSAGING_DESTINATION_NAME: message.topic,
        messaging.MESSAGING_DESTINATION_TEMPLATE: QUEUE_TEMPLATE,
        messaging.MESSAGING_DESTINATION_PARTITION_ID: "0",
        messaging.MESSAGING_MESSAGE_ID: message.message_id,
        messaging.MESSAGING_MESSAGE_CONVERSATION_ID: message.conversation_id or None,
    }
