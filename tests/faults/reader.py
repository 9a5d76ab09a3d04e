"""An agent as a consumer of its queue.

What it does about a message is a generator; it yields the seconds that a step takes, or a Waiting
for answers. One that dies leaves its generators behind, and with them what it had not exported.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from agent_sdk._names import consumer_group, slug
from tests.faults.engine import Loop
from tests.faults.records import Message


@dataclass
class Waiting:
    """Yielded by work that goes on when `resume` is called."""

    resume: Callable[[Any], None] = lambda answer: None


Steps = Generator[float | Waiting, Any, None]


@dataclass
class Running:
    """Steps under way."""

    steps: Steps
    message: Message | None
    is_over: bool = False


class Reader:
    """An agent as a consumer: what it reads, works on and commits, like the SDK's AgentQueue.

    `workers` messages are worked on at once. One that `reads_ahead` claims all at once and handles
    answers beside the tasks that wait.
    """

    def __init__(self, loop: Loop, name: str, workers: int = 1, reads_ahead: bool = False) -> None:
        self.loop = loop
        self.name = name
        self.slug = slug(name)
        self.group = consumer_group(name)
        self.workers = workers
        self.reads_ahead = reads_ahead
        self.instance = loop.new_id()
        self.topic = loop.topic(name)
        self.topic.readers.append(self)
        self.position = 0
        self.committed = 0
        self.is_reading = True
        self.running: list[Running] = []
        self.commits: list[tuple[float, int]] = []
        self.members: list[tuple[float, int]] = [(loop.now, 1)]
        self._claimed: list[Message] = []
        self._done: set[int] = set()
        self.refused: set[int] = set()
        """Offsets that it never commits."""

    def rename(self, name: str) -> None:
        """Another name and group, and still this queue."""
        self.name, self.slug, self.group = name, slug(name), consumer_group(name)

    def work(self, message: Message) -> Steps:
        """What is done about a message."""
        raise NotImplementedError

    def claim(self, message: Message) -> None:
        """It was read."""

    def take(self) -> None:
        """Begin what can be begun."""
        while self.is_reading and self.position < len(self.topic.messages):
            message = self.topic.messages[self.position]
            if not self.reads_ahead and len(self.running) >= self.workers:
                return
            self.position += 1
            self.claim(message)
            if self.reads_ahead and message.kind == "task":
                self._claimed.append(message)
            else:
                self.begin(self._whole(message), message)
        while self.is_reading and self._claimed and self._tasks() < self.workers:
            message = self._claimed.pop(0)
            self.begin(self._whole(message), message)

    def begin(self, steps: Steps, message: Message | None = None) -> None:
        """Work on something."""
        running = Running(steps, message)
        self.running.append(running)
        self._go_on(running, None)

    def commit(self, offset: int) -> None:
        """Everything up to the first that is not done."""
        if offset in self.refused:
            return
        self._done.add(offset)
        before = self.committed
        while self.committed in self._done:
            self._done.discard(self.committed)
            self.committed += 1
        if self.committed != before:
            self.commits.append((self.loop.now, self.committed))

    def kill(self) -> None:
        """It is gone, with all that it was doing."""
        for running in self.running:
            running.is_over = True
            running.steps.close()
        self.running.clear()
        self._claimed.clear()
        self.is_reading = False

    def leave(self) -> None:
        """The group has no member any more."""
        self.members.append((self.loop.now, 0))

    def start(self) -> None:
        """A new process goes on at what was committed."""
        self.instance = self.loop.new_id()
        self.position = self.committed
        self._done.clear()
        self.is_reading = True
        self.members.append((self.loop.now, 1))
        self.take()

    def _tasks(self) -> int:
        return sum(r.message is not None and r.message.kind == "task" for r in self.running)

    def _whole(self, message: Message) -> Steps:
        yield self.loop.rng.uniform(0.003, 0.03)
        yield from self.work(message)
        self.commit(message.offset)

    def _go_on(self, running: Running, answer: Any) -> None:
        if running.is_over:
            return
        try:
            wanted = running.steps.send(answer)
        except StopIteration:
            running.is_over = True
            self.running.remove(running)
            self.take()
            return
        if isinstance(wanted, Waiting):
            wanted.resume = lambda given: self._go_on(running, given)
        else:
            self.loop.later(wanted, lambda: self._go_on(running, None))
