"""What an agent is good at, and how it does things. Faults change its habits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.faults.reader import Steps
from tests.faults.records import Failure, Message

if TYPE_CHECKING:
    from tests.faults.job import Job


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
