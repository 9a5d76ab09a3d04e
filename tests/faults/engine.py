"""Time and queues of a world: a small discrete-event simulation."""

import heapq
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from agent_sdk._names import queue_topic
from tests.faults.records import Event, Message, Span

if TYPE_CHECKING:
    from tests.faults.reader import Reader


@dataclass
class Topic:
    """A queue of one partition: the offset of a message is its number."""

    name: str
    messages: list[Message] = field(default_factory=list)
    readers: "list[Reader]" = field(default_factory=list)
    ends: list[tuple[float, int]] = field(default_factory=list)


class Loop:
    """What happens at which time, and what of it is written down."""

    def __init__(self, seed: int, began: float, end: float) -> None:
        self.rng = Random(seed)
        self.now = self.began = began
        self.end = end
        self.suffix = ""
        self.topics: dict[str, Topic] = {}
        self.spans: list[Span] = []
        self.events: list[Event] = []
        self.calls: list[tuple[float, int, str]] = []
        """Calls of the model: when it was over, tokens, and the type of its error."""
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0

    def at(self, time: float, what: Callable[[], None]) -> None:
        """Call `what` at a time, or now when that is past."""
        self._number += 1
        heapq.heappush(self._due, (max(time, self.now), self._number, what))

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        self.at(self.now + seconds, what)

    def run(self) -> None:
        """Until the end; what is under way then stays so."""
        while self._due and self._due[0][0] <= self.end:
            self.now, _, what = heapq.heappop(self._due)
            what()
        self.now = self.end

    def topic(self, agent: str) -> Topic:
        """The queue of an agent, by its name."""
        name = queue_topic(agent)
        return self.topics.setdefault(name, Topic(name))

    def deliver(self, message: Message) -> None:
        """Kafka takes it now."""
        topic = self.topics.setdefault(message.topic, Topic(message.topic))
        message.offset = len(topic.messages)
        topic.messages.append(message)
        topic.ends.append((self.now, len(topic.messages)))
        for reader in topic.readers:
            reader.take()

    def new_id(self) -> str:
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def hex(self, digits: int) -> str:
        return f"{self.rng.getrandbits(4 * digits) | 1:0{digits}x}"
