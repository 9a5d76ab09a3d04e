"""An agent does not read its queue any more, or never did."""

from tests.faults.agent import Agent
from tests.faults.job import Job
from tests.faults.placing import free, moment, note, take, tasks, truth_of
from tests.faults.reader import Steps
from tests.faults.records import Truth
from tests.faults.world import World

_LEAST_WAIT = 300.0


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    rng = world.rng
    variant = rng.choice(("stopped", "stopped", "stalled", "stalled", "rewound", "never"))
    if variant == "never":
        return _never(world)
    agent, since = take(world), moment(world, 120, 3000)
    truth = truth_of(world, "agent_not_consuming", [agent], since, variant)
    scaled_down = rng.random() < 0.4

    def stop() -> None:
        agent.kill()
        if variant == "stalled":
            return
        world.later(rng.uniform(5, 45), agent.leave)
        if scaled_down:
            world.cluster.set(agent, 0, 0)
            for pod in world.cluster.of(agent).pods:
                pod.states.append((world.now, None))
        if variant == "rewound":
            world.later(rng.uniform(20, 90), rewind)

    def rewind() -> None:
        agent.committed = int(agent.committed * rng.uniform(0.3, 0.9))
        agent.commits.append((world.now, agent.committed))

    world.at(since, stop)
    return truth


def holds(world: World, truth: Truth) -> bool:
    [slug] = truth.agents
    agent = next(a for a in world.agents.values() if a.slug == slug)
    waiting = [m for m in tasks(world, agent) if m.offset >= agent.committed]
    late = [m for m in waiting if truth.since < m.time < world.end - _LEAST_WAIT]
    for message in waiting:
        note(truth, message)
    return bool(late)


def _never(world: World) -> Truth:
    """It works of its own accord, but its consumer was never begun."""
    rng = world.rng
    agent = world.agent("helper")
    agent.is_reading = False
    agent.members[:] = []
    world.taken.add(agent.slug)
    since = moment(world, 300, 2700)
    truth = truth_of(world, "agent_not_consuming", [agent], since, "never")
    truth.also.add(("lost_handoff", agent.slug))

    def own_work(job: Job) -> Steps:
        yield from job.model_call()

    time = world.began
    while (time := time + rng.expovariate(1 / 150)) < world.end:
        world.at(time, lambda: agent.idea(own_work))
    for time in _times(world, agent, since):
        world.at(time, lambda: world.ask(front=agent))
    return truth


def _times(world: World, agent: Agent, since: float) -> list[float]:
    count = world.rng.randint(1, 15)
    return [since, *(world.rng.uniform(since, world.end) for _ in range(count))]
