"""An agent of a world: the spans, events and messages that the SDK would make of its work."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as genai
from opentelemetry.semconv._incubating.attributes import messaging_attributes as messaging
from opentelemetry.semconv.attributes.exception_attributes import (
    EXCEPTION_MESSAGE,
    EXCEPTION_STACKTRACE,
    EXCEPTION_TYPE,
)

from agent_sdk import _attributes as names
from agent_sdk._names import QUEUE_TEMPLATE, queue_topic
from tests.faults.engine import Loop, Reader, Steps
from tests.faults.records import ERROR, RESULT, TASK, Attributes, Event, Failure, Message, Span

if TYPE_CHECKING:
    from tests.faults.flows import Run

INTERNAL, CLIENT, PRODUCER, CONSUMER = 1, 3, 4, 5
HEARTBEAT_SECONDS = 10.0
Place = tuple[str, str]
"""Trace and span."""
ENVIRONMENT = "production"


@dataclass
class Habits:
    """How an agent does things. Faults put other functions here."""

    slower: Callable[[str], float] = lambda step: 1.0
    """Factor of the time that a step (llm, tool) takes."""
    more_tokens: Callable[[], float] = lambda: 1.0
    model_fails: Callable[[], Failure | None] = lambda: None
    tool_fails: Callable[[str], Failure | None] = lambda tool: None
    code_fails: Callable[["Job"], Failure | None] = lambda job: None
    instead: Callable[["Job"], Steps | None] = lambda job: None
    """Other work than usual on a task."""
    aside: Callable[[Message], Steps | None] = lambda message: None
    """Work on a message without the SDK: nothing of it is told."""
    route: Callable[[str], str] = lambda target: target
    """Whom a task is really sent to."""
    ttl: Callable[[], int | None] = lambda: None
    is_traced: Callable[[], bool] = lambda: True
    exports: Callable[[str], bool] = lambda what: True
    """Whether a span (its name) or an event leaves the process."""
    tries: Callable[[], tuple[int, float]] = lambda: (3, 2.0)
    """How often the same work is asked for, and the pause between, s."""
    beats: Callable[["Job"], bool] = lambda job: True
    sends_twice: Callable[[], bool] = lambda: False


@dataclass
class Skill:
    """What an agent is good at: its model, tools, and the usual seconds of its steps."""

    model: str
    tools: tuple[str, ...]
    llm_seconds: float
    tool_seconds: float
    tokens: int
    calls: tuple[int, int] = (1, 2)
    """Calls of the model for one piece of work, at least and at most."""


class Agent(Reader):
    """See `Reader`. Tasks are worked on as `flow` says, by default alone."""

    def __init__(
        self, loop: Loop, name: str, skill: Skill, workers: int = 1, reads_ahead: bool = False
    ) -> None:
        super().__init__(loop, name, workers, reads_ahead)
        self.skill = skill
        self.habits = Habits()
        self.flow: Callable[[Run], Any] | None = None
        self.asked: dict[str, Run] = {}

    def claim(self, message: Message) -> None:
        if message.kind == TASK:
            sender = message.trace_id or "", message.span_id or ""
            self.tell_state(names.EVENT_CLAIMED, message, sender)

    def work(self, message: Message) -> Steps:
        aside = self.habits.aside(message)
        if aside is not None:
            yield from aside
            return
        job = Job(self, message)
        with job.processing():
            if message.kind == TASK:
                yield from job.task_steps()
            else:
                yield self.loop.rng.uniform(0.01, 0.08)
                run = self.asked.pop(message.parent_id or "", None)
                if run is not None:
                    yield from run.answered(job, message)

    def tell_state(self, name: str, message: Message, context: Place, outcome: str = "") -> None:
        attributes: Attributes = {
            names.EVENT_ID: self.loop.new_id(),
            messaging.MESSAGING_MESSAGE_ID: message.message_id,
            messaging.MESSAGING_DESTINATION_NAME: message.topic,
            genai.GEN_AI_AGENT_NAME: self.name,
        }
        if outcome:
            attributes[names.TASK_OUTCOME] = outcome
        if self.habits.exports(name):
            event = Event(name, self.loop.now, self.name, self.instance, attributes, *context)
            self.loop.events.append(event)

    def idea(self, steps: Callable[["Job"], Steps]) -> None:
        """Do something of its own accord."""
        job = Job(self, None)

        def whole() -> Steps:
            with suppress(Failure), job.agent_span():
                yield from steps(job)

        self.begin(whole())


@dataclass
class Job:
    """The work on a message, or on an idea: its open spans."""

    agent: Agent
    message: Message | None
    open: list[Span] = field(default_factory=list)
    conversation: str = ""
    is_over: bool = False
    is_answered: bool = False

    def __post_init__(self) -> None:
        if self.message is not None:
            self.conversation = self.message.conversation_id

    @property
    def loop(self) -> Loop:
        return self.agent.loop

    @contextmanager
    def span(
        self,
        name: str,
        kind: str,
        attributes: Attributes,
        otel_kind: int = INTERNAL,
        parent: tuple[str, str] | None = None,
    ) -> Iterator[Span]:
        """An open span; one that a kill cuts off is never exported."""
        if self.open:
            parent = self.open[-1].trace_id, self.open[-1].span_id
        common = {
            names.SPAN_KIND: kind,
            genai.GEN_AI_AGENT_NAME: self.agent.name,
            genai.GEN_AI_CONVERSATION_ID: self.conversation or None,
        }
        loop = self.loop
        trace_id, parent_id = parent or (loop.hex(32), "")
        span = Span(
            trace_id, loop.hex(16), parent_id, name, otel_kind, self.agent.name,
            self.agent.instance, loop.now, {**common, **attributes},
        )  # fmt: skip
        self.open.append(span)
        try:
            yield span
        except Failure as failure:
            self.report(failure)
            mark_failed(span, failure)
            self._export(span)
            raise
        else:
            self._export(span)
        finally:
            self.open.pop()

    @contextmanager
    def processing(self) -> Iterator[None]:
        """As `delivery.process()` does; a failure is answered, and ends here."""
        message = self.message
        assert message is not None
        creation = (message.trace_id, message.span_id) if message.trace_id else None
        agent = self.agent
        attributes: Attributes = {
            names.MESSAGE_TYPE: message.kind,
            names.MESSAGE_ATTEMPT: message.attempt,
            messaging.MESSAGING_SYSTEM: "kafka",
            messaging.MESSAGING_OPERATION_NAME: "process",
            messaging.MESSAGING_OPERATION_TYPE: "process",
            messaging.MESSAGING_DESTINATION_NAME: message.topic,
            messaging.MESSAGING_DESTINATION_TEMPLATE: QUEUE_TEMPLATE,
            messaging.MESSAGING_DESTINATION_PARTITION_ID: "0",
            messaging.MESSAGING_KAFKA_OFFSET: message.offset,
            messaging.MESSAGING_CONSUMER_GROUP_NAME: agent.group,
            messaging.MESSAGING_MESSAGE_ID: message.message_id,
            messaging.MESSAGING_MESSAGE_CONVERSATION_ID: message.conversation_id or None,
        }
        is_task = message.kind == TASK
        name = f"process {message.topic}"
        parent = (creation[0], creation[1] or "") if creation else None
        with self.span(name, "handoff", attributes, CONSUMER, parent) as span:
            span.link = parent
            if is_task:
                agent.tell_state(names.EVENT_STARTED, message, self._context())
                self.loop.later(HEARTBEAT_SECONDS, self._beat)
            outcome = "completed"
            try:
                with self.agent_span():
                    yield
            except Failure as failure:
                outcome = "failed"
                mark_failed(span, failure)
                if is_task and not self.is_answered:
                    self.answer(message, ERROR, _payload(failure))
            finally:
                self.is_over = True
            if is_task:
                agent.tell_state(names.EVENT_DONE, message, self._context(), outcome)

    def task_steps(self) -> Steps:
        """The usual work on a task, or what a fault does instead."""
        other = self.agent.habits.instead(self)
        if other is not None:
            yield from other
            return
        failure = self.agent.habits.code_fails(self)
        if failure is not None:
            yield self.loop.rng.uniform(0.05, 0.4)
            raise failure
        if self.agent.flow is None:
            yield from self.piece()
            self.reply(result(self))
        else:
            from tests.faults.flows import Run

            yield from Run(self.agent, self.agent.flow, self.message).begin(self)

    def agent_span(self) -> Any:
        name = f"invoke_agent {self.agent.name}"
        return self.span(name, "agent", {genai.GEN_AI_OPERATION_NAME: "invoke_agent"})

    def piece(self, share: float = 1.0) -> Steps:
        """A piece of work: calls of the model and of tools."""
        rng, skill = self.loop.rng, self.agent.skill
        # Now and then one takes far longer than others, and is fine.
        long = rng.uniform(3, 8) if rng.random() < 0.015 else 1.0
        for _ in range(rng.randint(*skill.calls)):
            yield from self.model_call(share * long)
            if skill.tools and rng.random() < 0.7:
                yield from self.tool_call(rng.choice(skill.tools), share * long)

    def model_call(self, share: float = 1.0) -> Steps:
        """A call of the model, tried again when that may help."""
        for attempt in range(1, 5):
            try:
                yield from self._call(share)
                return
            except Failure as failure:
                if not failure.retryable or attempt == 4:
                    raise
            yield self.loop.rng.uniform(0.5, 1.5) * 2**attempt

    def tool_call(self, tool: str, share: float = 1.0) -> Steps:
        agent = self.agent
        seconds = agent.skill.tool_seconds * self.loop.rng.lognormvariate(0, 0.4)
        attributes = {
            genai.GEN_AI_OPERATION_NAME: "execute_tool",
            genai.GEN_AI_TOOL_NAME: tool,
            genai.GEN_AI_TOOL_TYPE: "function",
        }
        with self.span(f"execute_tool {tool}", "tool", attributes):
            yield max(0.02, seconds * share * agent.habits.slower("tool"))
            failure = agent.habits.tool_fails(tool)
            if failure is not None:
                raise failure

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
        attributes: Attributes = {
            names.MESSAGE_TYPE: kind,
            names.MESSAGE_ATTEMPT: message.attempt,
            messaging.MESSAGING_SYSTEM: "kafka",
            messaging.MESSAGING_OPERATION_NAME: "send",
            messaging.MESSAGING_OPERATION_TYPE: "send",
            messaging.MESSAGING_DESTINATION_NAME: message.topic,
            messaging.MESSAGING_DESTINATION_TEMPLATE: QUEUE_TEMPLATE,
            messaging.MESSAGING_MESSAGE_ID: message.message_id,
            messaging.MESSAGING_MESSAGE_CONVERSATION_ID: message.conversation_id or None,
            messaging.MESSAGING_DESTINATION_PARTITION_ID: "0",
        }
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

    def report(self, failure: Failure) -> None:
        """As `record_error` does: once for each failure."""
        if failure.error_id:
            return
        failure.error_id = self.loop.new_id()
        if not self.agent.habits.exports(names.EVENT_EXCEPTION):
            return
        span = self.open[-1]
        line = 60 + len(failure.error_type)
        stack = (
            "Traceback (most recent call last):\n"
            f'  File "/srv/agent/{self.loop.suffix}.py", line {line}, in work\n'
            f"    {failure.error_type.lower()}()\n{failure.error_type}: {failure.message}\n"
        )
        attributes = {
            genai.GEN_AI_AGENT_NAME: self.agent.name,
            names.ERROR_ID: failure.error_id,
            EXCEPTION_TYPE: failure.error_type,
            EXCEPTION_MESSAGE: failure.message,
            EXCEPTION_STACKTRACE: stack,
        }
        body = self._detailed(failure, span, stack)
        self.loop.events.append(
            Event(
                names.EVENT_EXCEPTION, self.loop.now, self.agent.name, self.agent.instance,
                attributes, span.trace_id, span.span_id, body, severity=17,
            )
        )  # fmt: skip

    def _call(self, share: float) -> Steps:
        agent, rng = self.agent, self.loop.rng
        skill = agent.skill
        failure = agent.habits.model_fails()
        seconds = skill.llm_seconds * rng.lognormvariate(0, 0.35)
        tokens = skill.tokens * rng.lognormvariate(0, 0.3) * agent.habits.more_tokens()
        attributes: Attributes = {
            genai.GEN_AI_OPERATION_NAME: "chat",
            genai.GEN_AI_PROVIDER_NAME: "litellm",
            genai.GEN_AI_REQUEST_MODEL: skill.model,
        }
        with self.span(f"chat {skill.model}", "llm_call", attributes, CLIENT) as span:
            if failure is not None:
                yield rng.uniform(0.1, 1.2)
                self.loop.calls.append((self.loop.now, 0, failure.error_type))
                raise failure
            yield max(0.05, seconds * share * agent.habits.slower("llm"))
            self.loop.calls.append((self.loop.now, int(tokens * 1.3), ""))
            span.attributes |= {
                genai.GEN_AI_RESPONSE_MODEL: skill.model,
                genai.GEN_AI_RESPONSE_FINISH_REASONS: ["stop"],
                genai.GEN_AI_USAGE_INPUT_TOKENS: int(tokens),
                genai.GEN_AI_USAGE_OUTPUT_TOKENS: int(tokens * rng.uniform(0.15, 0.5)),
            }

    def _export(self, span: Span) -> None:
        span.end = self.loop.now
        if self.agent.habits.exports(span.name):
            self.loop.spans.append(span)

    def _beat(self) -> None:
        if self.is_over or not any(r.message is self.message for r in self.agent.running):
            return
        assert self.message is not None
        if self.agent.habits.beats(self):
            self.agent.tell_state(names.EVENT_HEARTBEAT, self.message, self._context())
        self.loop.later(HEARTBEAT_SECONDS, self._beat)

    def _context(self) -> Place:
        if not self.open:
            return (self.message.trace_id or "" if self.message else ""), ""
        return self.open[0].trace_id, self.open[0].span_id

    def _detailed(self, failure: Failure, span: Span, stack: str) -> str:
        kind = span.attributes[names.SPAN_KIND]
        model = span.attributes.get(genai.GEN_AI_REQUEST_MODEL)
        tool = span.attributes.get(genai.GEN_AI_TOOL_NAME)
        operation = {"llm_call": f"llm_call:{model}", "tool": f"tool_call:{tool}"}.get(
            kind, f"{kind}:{self.agent.name}"
        )
        return json.dumps(
            {
                "error_id": failure.error_id, "severity": "error", "category": failure.category,
                "error_type": failure.error_type, "error_message": failure.message,
                "stack_trace": stack, "trace_id": span.trace_id, "span_id": span.span_id,
                "agent_name": self.agent.name, "operation": operation, "model_name": model,
                "tool_name": tool, "timestamp": utc(self.loop.now),
                "duration_before_error_ms": round((self.loop.now - span.start) * 1000, 3),
                "is_retryable": failure.retryable, "suggested_fixes": [],
                "retry_count": self.message.attempt - 1 if self.message else 0,
                "environment": ENVIRONMENT, "service_name": self.agent.slug,
            }
        )  # fmt: skip


def mark_failed(span: Span, failure: Failure) -> None:
    """Put it on a span."""
    span.error = f"{failure.error_type}: {failure.message}"
    span.attributes["error.type"] = failure.error_type


def _payload(failure: Failure) -> dict[str, Any]:
    return {
        "error": failure.message,
        "error_type": failure.error_type,
        "error_id": failure.error_id,
        "is_retryable": failure.retryable,
    }


def utc(time: float) -> str:
    """As messages have it: UTC without a zone."""
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(time, UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds")


def result(job: Job) -> dict[str, Any]:
    """What a worker answers."""
    from tests.faults.texts import sentence

    brief = job.message.payload.get("subject", "") if job.message else ""
    return {"agent": job.agent.name, "subject": brief, "result": sentence(job.loop.rng, 30)}
