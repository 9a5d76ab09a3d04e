"""An agent takes far longer than it did."""

from tests.faults.placing import answers, free, moment, note, take, tasks, truth_of
from tests.faults.records import Truth
from tests.faults.world import World

_LEAST = 8
_LEAST_FACTOR = 2.5


def fits(world: World) -> bool:
    return bool(free(world)) and 0.85 / world.scene.load >= _LEAST_FACTOR


def plant(world: World) -> Truth:
    rng = world.rng
    agent, since = take(world), moment(world, 120, 2400)
    most = min(8.0, 0.85 / world.scene.load)
    factor = rng.uniform(_LEAST_FACTOR, most)
    steps = rng.choice((("llm",), ("llm", "tool")))
    variant = f"{factor:.1f} times in {' and '.join(steps)}"
    truth = truth_of(world, "slow_agent", [agent], since, variant)
    agent.habits.slower = lambda step: factor if world.now >= since and step in steps else 1.0
    return truth


def holds(world: World, truth: Truth) -> bool:
    [slug] = truth.agents
    agent = next(a for a in world.agents.values() if a.slug == slug)
    answered = answers(world)
    for message in tasks(world, agent):
        if message.time > truth.since and message.message_id in answered:
            truth.times += 1
            note(truth, message)
    past = sum(message.time < world.since for message in tasks(world, agent))
    return truth.times >= _LEAST and past >= 15
