"""An agent of a world: a consumer that works on tasks, and tells of it as the SDK does."""

from collections.abc import Callable
from contextlib import suppress

from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as genai
from opentelemetry.semconv._incubating.attributes import messaging_attributes as messaging

from agent_sdk import _attributes as names
from tests.faults.engine import Loop
from tests.faults.flows import Flow, Run
from tests.faults.habits import Habits, Skill
from tests.faults.job import Job, result
from tests.faults.reader import Reader, Steps
from tests.faults.records import TASK, Attributes, Event, Failure, Message
from tests.faults.spans import Place


class Agent(Reader):
    """See `Reader`. Tasks are worked on as `flow` says, by default alone."""

    def __init__(
        self, loop: Loop, name: str, skill: Skill, workers: int = 1, reads_ahead: bool = False
    ) -> None:
        super().__init__(loop, name, workers, reads_ahead)
        self.skill = skill
        self.habits = Habits()
        self.flow: Callable[[Run], Flow] | None = None
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
                yield from self._task(job)
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

    def idea(self, steps: Callable[[Job], Steps]) -> None:
        """Do something of its own accord."""
        job = Job(self, None)

        def whole() -> Steps:
            with suppress(Failure), job.agent_span():
                yield from steps(job)

        self.begin(whole())

    def _task(self, job: Job) -> Steps:
        """The usual work on a task, or what a fault does instead."""
        other = self.habits.instead(job)
        if other is not None:
            yield from other
            return
        failure = self.habits.code_fails(job)
        if failure is not None:
            yield self.loop.rng.uniform(0.05, 0.4)
            raise failure
        if self.flow is None:
            yield from job.piece()
            job.reply(result(job))
        else:
            yield from Run(self, self.flow, job.message).begin(job)
