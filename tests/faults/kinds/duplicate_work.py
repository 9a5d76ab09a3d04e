"""The same task is done twice."""

from tests.faults.agent import Agent
from tests.faults.placing import free, moment, note, take, truth_of
from tests.faults.reader import Steps
from tests.faults.records import TASK, Message, Truth
from tests.faults.world import World

_KIND = "duplicate_work"
_LEAST = 3


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    planted = world.rng.choice((_redelivered, _two_groups, _sent_twice))
    return planted(world, moment(world, 60, 2700))


def holds(world: World, truth: Truth) -> bool:
    return truth.times >= _LEAST


def _redelivered(world: World, since: float) -> Truth:
    """Another process of the agent gets what this one has in hand."""
    rng = world.rng
    agent, share = take(world), rng.uniform(0.15, 1.0)
    truth = truth_of(world, _KIND, [agent], since, "redelivered")
    twin = _twin(world, agent, agent.name)
    work = agent.work

    def twice(message: Message) -> Steps:
        if message.kind == TASK and world.now > since and rng.random() < share:
            truth.times += 1
            note(truth, message)
            world.later(rng.uniform(0.5, 6), lambda: again(message))
        yield from work(message)

    def again(message: Message) -> None:
        twin.claim(message)
        twin.begin(twin.work(message), message)

    agent.work = twice  # type: ignore[method-assign]
    return truth


def _two_groups(world: World, since: float) -> Truth:
    """Another agent reads the same queue, in a group of its own."""
    agent = take(world)
    other = _twin(world, agent, f"{agent.name}{'-' if '-' in agent.name else ' '}copy")
    truth = truth_of(world, _KIND, [agent, other], since, "two groups")
    other.is_reading = False
    other.members[:] = []
    work = other.work

    def noted(message: Message) -> Steps:
        if message.kind == TASK:
            truth.times += 1
            note(truth, message)
        yield from work(message)

    other.work = noted  # type: ignore[method-assign]

    def come() -> None:
        other.committed = len(agent.topic.messages)
        agent.topic.readers.append(other)
        other.commits.append((world.now, other.committed))
        other.start()

    world.at(since, come)
    return truth


def _sent_twice(world: World, since: float) -> Truth:
    """The sender sends each task twice, now and then."""
    rng = world.rng
    sender = rng.choice([a for a in world.topology.askers if a.slug not in world.taken])
    share = rng.uniform(0.2, 1.0)
    truth = truth_of(world, _KIND, [sender, *_asked(world, sender)], since, "sent twice")

    def twice() -> bool:
        if world.now < since or rng.random() > share:
            return False
        truth.times += 1
        return True

    sender.habits.sends_twice = twice
    return truth


def _twin(world: World, agent: Agent, name: str) -> Agent:
    """Like it, and not (yet) a reader of any queue."""
    twin = Agent(world, agent.name, agent.skill, agent.workers, agent.reads_ahead)
    agent.topic.readers.remove(twin)
    twin.flow, twin.habits = agent.flow, agent.habits
    if name != agent.name:
        twin.rename(name)
    return twin


def _asked(world: World, sender: Agent) -> list[Agent]:
    return [agent for agent in world.agents.values() if agent not in (sender, world.portal)]
