"""Where and when a fault is put, and what became of it."""

from collections.abc import Iterator, Sequence

from tests.faults.agent import Agent
from tests.faults.records import TASK, Message, Truth
from tests.faults.world import World


def free(world: World, among: Sequence[Agent] | None = None) -> list[Agent]:
    """Workers (or others) that have no fault yet."""
    return [a for a in among or world.topology.workers if a.slug not in world.taken]


def take(world: World, among: Sequence[Agent] | None = None) -> Agent:
    """One of them; no other fault takes it."""
    agent = world.rng.choice(free(world, among))
    world.taken.add(agent.slug)
    return agent


def truth_of(world: World, kind: str, agents: Sequence[Agent], since: float, variant: str) -> Truth:
    return Truth(kind, frozenset(agent.slug for agent in agents), since, variant=variant)


def moment(world: World, earliest: float, latest: float) -> float:
    """A time of the hour, so many seconds after its beginning."""
    return world.since + world.rng.uniform(earliest, latest)


def note(truth: Truth, message: Message) -> None:
    """A message that the fault concerns."""
    truth.task_ids.add(message.message_id)
    if message.trace_id:
        truth.trace_ids.add(message.trace_id)


def tasks(world: World, agent: Agent) -> Iterator[Message]:
    """Tasks in its queue."""
    return (message for message in agent.topic.messages if message.kind == TASK)


def answers(world: World) -> dict[str, Message]:
    """The first answer by the task."""
    found: dict[str, Message] = {}
    for topic in world.topics.values():
        for message in topic.messages:
            if message.parent_id:
                known = found.get(message.parent_id)
                if known is None or message.time < known.time:
                    found[message.parent_id] = message
    return found
