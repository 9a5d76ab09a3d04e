"""Tasks whose time runs out, though those who work on them are well."""

from math import ceil

from tests.faults.job import Job
from tests.faults.placing import answers, free, moment, note, take, truth_of
from tests.faults.reader import Steps
from tests.faults.records import TASK, Truth
from tests.faults.world import World, usual_seconds

_KIND = "expired_task"


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    variant = world.rng.choice(("too short", "skipped"))
    since = moment(world, 120, 2500)
    return _too_short(world, since) if variant == "too short" else _skipped(world, since)


def holds(world: World, truth: Truth) -> bool:
    answered = answers(world)
    for topic in world.topics.values():
        for message in topic.messages:
            if message.kind != TASK or message.ttl is None or message.time < truth.since:
                continue
            answer = answered.get(message.message_id)
            if min(answer.time if answer else world.end, world.end) > message.time + message.ttl:
                note(truth, message)
                if truth.variant == "too short":
                    truth.agents |= {topic.name.removeprefix("agent-queue-")}
    return bool(truth.task_ids)


def _too_short(world: World, since: float) -> Truth:
    """The sender gives less time than the work takes."""
    sender = world.rng.choice([world.portal, *world.topology.askers])
    slowest = max(map(usual_seconds, world.topology.workers))
    ttl = max(2, round(slowest * world.rng.uniform(0.3, 0.9)))
    truth = truth_of(world, _KIND, [sender], since, "too short")
    usual = sender.habits.ttl
    sender.habits.ttl = lambda: ttl if world.now >= since else usual()
    return truth


def _skipped(world: World, since: float) -> Truth:
    """Many come at once; what is too old when it is read is not worked on."""
    rng = world.rng
    agent = take(world)
    truth = truth_of(world, _KIND, [agent, world.portal], since, "skipped")
    usual = world.portal.habits.ttl
    ttl = round(max(20.0, usual_seconds(agent) * rng.uniform(2, 5)))
    world.portal.habits.ttl = lambda: ttl if since <= world.now < since + 30 else usual()

    def skip(job: Job) -> Steps | None:
        message = job.message
        if message and message.ttl and world.now > message.time + message.ttl:
            return iter_nothing()
        return None

    agent.habits.instead = skip
    count = ceil(agent.workers * ttl / usual_seconds(agent) * rng.uniform(1.5, 3))
    for _ in range(count):
        world.at(rng.uniform(since, since + 20), lambda: world.ask(front=agent))
    return truth


def iter_nothing() -> Steps:
    yield 0.005
