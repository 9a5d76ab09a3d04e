"""What is critical waits behind much that is not."""

from math import ceil

from tests.faults.placing import answers, free, moment, note, take, tasks, truth_of
from tests.faults.records import Truth
from tests.faults.world import World, usual_seconds

_LEAST_WAIT = 180.0
_LEAST_BEFORE = 6


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    rng = world.rng
    agent, since = take(world), moment(world, 60, 2400)
    drain = rng.uniform(600, 1500)
    count = ceil(drain / usual_seconds(agent) * agent.workers)
    truth = truth_of(world, "priority_inversion", [agent], since, f"{count} before it")
    truth.also.add(("backlog_growing", agent.slug))
    for _ in range(max(count, 2 * _LEAST_BEFORE)):
        world.at(rng.uniform(since, since + 90), lambda: world.ask("low", agent))
    for _ in range(rng.randint(1, 6)):
        world.at(since + 95 + rng.uniform(0, drain / 3), lambda: world.ask("critical", agent))
    return truth


def holds(world: World, truth: Truth) -> bool:
    [slug] = truth.agents
    agent = next(a for a in world.agents.values() if a.slug == slug)
    answered = answers(world)
    of_agent = list(tasks(world, agent))
    for message in of_agent:
        if message.priority != "critical" or message.time < truth.since:
            continue
        answer = answered.get(message.message_id)
        until = answer.time if answer else world.end
        overtaken = sum(
            other.priority == "low"
            and other.time < message.time
            and (done := answered.get(other.message_id)) is not None
            and done.time > message.time
            for other in of_agent
        )
        if until - message.time > _LEAST_WAIT and overtaken >= _LEAST_BEFORE:
            truth.times += 1
            note(truth, message)
    return truth.times > 0
