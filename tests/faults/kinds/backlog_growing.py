"""More comes to an agent than it can do, though it does what it always did."""

from bisect import bisect_right

from tests.faults.agent import Agent
from tests.faults.placing import free, moment, note, take, tasks, truth_of
from tests.faults.records import Truth
from tests.faults.world import World, usual_seconds

_LEAST = 8


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    rng = world.rng
    agent, since = take(world), moment(world, 300, 2400)
    more = rng.uniform(1.3, 3.0)
    truth = truth_of(world, "backlog_growing", [agent], since, f"{more:.1f} times what it can do")
    pause = usual_seconds(agent) / agent.workers / more
    time = since
    while (time := time + rng.expovariate(1 / pause)) < world.end:
        world.at(time, lambda: world.ask(front=agent))
    return truth


def holds(world: World, truth: Truth) -> bool:
    [slug] = truth.agents
    agent = next(a for a in world.agents.values() if a.slug == slug)
    for message in tasks(world, agent):
        if message.offset >= agent.committed:
            note(truth, message)
    now, before = _lag(agent, world.end), _lag(agent, world.end - 600)
    return now >= _LEAST and now > 1.2 * before and now > _lag(agent, truth.since) + _LEAST


def _lag(agent: Agent, time: float) -> int:
    end = bisect_right(agent.topic.ends, time, key=lambda one: one[0])
    commits = [offset for at, offset in agent.commits if at <= time]
    return end - (commits[-1] if commits else 0)
