"""What agents do that ask others: a flow yields what it asks, and goes on with the answers."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.faults.reader import Steps, Waiting
from tests.faults.records import ERROR, RESULT, TASK, Failure, Message

if TYPE_CHECKING:
    from tests.faults.agent import Agent
    from tests.faults.job import Job

Payload = dict[str, Any]


@dataclass
class Ask:
    """A task for an agent, by its name."""

    target: str
    payload: Payload
    reason: str = ""
    attempt: int = 1
    priority: str | None = None


Flow = Generator[float | Waiting | list[Ask], Any, Payload]


@dataclass
class Run:
    """One flow under way, for a task or for an idea of the agent's own.

    An agent that reads ahead waits for answers inside of its work on the task; another one ends
    its work, and goes on when they come.
    """

    agent: "Agent"
    make: "Callable[[Run], Flow]"
    task: Message | None
    brief: Payload = field(default_factory=dict)
    conversation: str = ""
    priority: str = "normal"
    result: Payload | None = None

    def __post_init__(self) -> None:
        if self.task is not None:
            self.brief = self.task.payload
            self.conversation = self.task.conversation_id
            self.priority = self.task.priority
        self._asked: dict[str, Ask] = {}
        self._answers: dict[int, Payload] = {}
        self._order: list[Ask] = []
        self._waiting: Waiting | None = None
        self.is_over = False
        self.flow = self.make(self)

    def begin(self, job: "Job") -> Steps:
        self.job = job
        job.conversation = self.conversation
        yield from self._drive(None)

    def answered(self, job: "Job", message: Message) -> Steps:
        """An answer to something that was asked."""
        ask = self._asked.pop(message.parent_id or "")
        if self.is_over:
            return
        if message.kind == ERROR:
            most, pause = self.agent.habits.tries()
            if ask.attempt >= most:
                failure = Failure(
                    "SubtaskFailed", f"{ask.target} failed: {message.payload.get('error_type')}"
                )
                yield from self._fail(job, failure)
                return
            yield pause * job.loop.rng.uniform(0.5, 1.5)
            ask.attempt += 1
            self._ask(job, ask)
            return
        self._answers[id(ask)] = message.payload
        if len(self._answers) < len(self._order):
            return
        answers = [self._answers[id(asked)] for asked in self._order]
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            job.loop.later(0.001, lambda: waiting.resume(answers))
            return
        self.job = job
        yield from self._drive(answers)

    def _drive(self, answers: Any) -> Steps:
        while True:
            try:
                wanted = self.flow.send(answers)
                answers = None
            except StopIteration as end:
                self._finish(end.value)
                return
            except Failure as failure:
                if self.task is None or self.job.message is not self.task:
                    yield from self._fail(self.job, failure)
                    return
                self.is_over = True
                raise
            if not isinstance(wanted, list):
                yield wanted
                continue
            self._order, self._answers = wanted, {}
            for ask in wanted:
                self._ask(self.job, ask)
            if not self.agent.reads_ahead or self.task is None:
                return
            self._waiting = Waiting()
            answers = yield self._waiting
            if isinstance(answers, Failure):
                self.is_over = True
                raise answers

    def _ask(self, job: "Job", ask: Ask) -> None:
        sent = job.send(
            ask.target, TASK, ask.payload, reason=ask.reason, attempt=ask.attempt,
            priority=ask.priority or self.priority, conversation_id=self.conversation,
        )  # fmt: skip
        if self.agent.habits.sends_twice():
            job.send(
                ask.target, TASK, ask.payload, reason=ask.reason, attempt=ask.attempt,
                priority=sent.priority, conversation_id=self.conversation,
            )  # fmt: skip
        self._asked[sent.message_id] = ask
        self.agent.asked[sent.message_id] = self

    def _finish(self, payload: Payload) -> None:
        self.is_over = True
        self.result = payload
        if self.task is not None:
            self.job.answer(self.task, RESULT, payload)

    def _fail(self, job: "Job", failure: Failure) -> Steps:
        """The whole flow fails; who waits for it is told."""
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            job.loop.later(0.001, lambda: waiting.resume(failure))
            return
        self.is_over = True
        job.report(failure)
        if self.task is not None:
            job.answer(self.task, ERROR, failure.payload())
        yield from ()
