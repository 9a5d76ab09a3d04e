"""What happened did not reach the tables."""

from tests.faults.placing import free, moment, take, truth_of
from tests.faults.records import Truth
from tests.faults.world import World

_LEAST = 8


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    agent, since = take(world), moment(world, 120, 2600)
    variant = world.rng.choice(("no spans", "messages missing"))
    truth = truth_of(world, "telemetry_gap", [agent], since, variant)
    if variant == "no spans":
        agent.habits.exports = lambda what: world.now < since
    return truth


def holds(world: World, truth: Truth) -> bool:
    [slug] = truth.agents
    agent = next(a for a in world.agents.values() if a.slug == slug)
    if truth.variant == "no spans":
        sent = [m for t in world.topics.values() for m in t.messages if m.source == agent.name]
        return sum(message.time > truth.since for message in sent) >= _LEAST
    # Kafka has them all, as the observer saw; the pipeline has none of the last ones.
    for message in agent.topic.messages:
        message.is_lost = message.time > truth.since
        truth.times += message.is_lost
    return truth.times >= _LEAST
