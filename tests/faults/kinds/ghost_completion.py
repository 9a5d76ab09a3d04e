"""Results with no work behind them."""

from dataclasses import replace

from tests.faults.job import Job, result
from tests.faults.placing import free, moment, note, take, truth_of
from tests.faults.reader import Steps
from tests.faults.records import RESULT, TASK, Message, Truth
from tests.faults.world import World, usual_seconds

_LEAST = 2


def fits(world: World) -> bool:
    return any(usual_seconds(agent) > 4 for agent in free(world))


def plant(world: World) -> Truth:
    rng = world.rng
    agent = take(world, [a for a in free(world) if usual_seconds(a) > 4])
    since, share = moment(world, 60, 2900), rng.uniform(0.15, 1.0)
    seconds = rng.uniform(0.01, 0.06) * usual_seconds(agent)
    has_spans = rng.random() < 0.5
    variant = "no model or tool call" if has_spans else "no spans"
    truth = truth_of(world, "ghost_completion", [agent], since, variant)

    def strikes(message: Message) -> bool:
        if message.kind != TASK or world.now < since or rng.random() > share:
            return False
        truth.times += 1
        note(truth, message)
        return True

    def instead(job: Job) -> Steps | None:
        return ghost(job) if job.message is not None and strikes(job.message) else None

    def ghost(job: Job) -> Steps:
        yield seconds
        job.reply({**result(job), "score": 1.0, "comments": ""})

    def aside(message: Message) -> Steps | None:
        return bare(message) if strikes(message) else None

    def bare(message: Message) -> Steps:
        yield seconds
        answer = replace(
            message, message_id=world.new_id(), kind=RESULT, source=agent.name,
            target=message.source, topic=world.topic(message.source).name, time=world.now,
            payload={**result(Job(agent, message)), "score": 1.0, "comments": ""}, offset=-1,
            parent_id=message.message_id, cause_id=message.message_id, hops=message.hops + 1,
            ttl=None,
        )  # fmt: skip
        world.later(0.002, lambda: world.deliver(answer))

    if has_spans:
        agent.habits.instead = instead
    else:
        agent.habits.aside = aside
    return truth


def holds(world: World, truth: Truth) -> bool:
    return truth.times >= _LEAST
