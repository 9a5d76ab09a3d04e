"""Each waits for the answer of the other."""

from functools import partial

from tests.faults.agent import Agent
from tests.faults.job import Job
from tests.faults.placing import answers, free, moment, note, truth_of
from tests.faults.reader import Steps, Waiting
from tests.faults.records import TASK, Truth
from tests.faults.texts import sentence, subject
from tests.faults.world import World

_MARK = "needs"
_LEAST_WAIT = 420.0


def fits(world: World) -> bool:
    return len(free(world)) >= 2


def plant(world: World) -> Truth:
    rng = world.rng
    ring = rng.sample(free(world), 3 if len(free(world)) > 2 and rng.random() < 0.3 else 2)
    world.taken |= {agent.slug for agent in ring}
    since, blocks = moment(world, 120, 2800), rng.random() < 0.5
    variant = f"{len(ring)} agents, {'blocking' if blocks else 'not blocking'}"
    truth = truth_of(world, "wait_cycle", ring, since, variant)
    for agent, following in zip(ring, [*ring[1:], ring[0]], strict=True):
        agent.habits.instead = partial(
            _asking, following=following, first=ring[0], truth=truth, blocks=blocks
        )
    brief = {"subject": subject(rng), _MARK: "a plan"}
    world.at(since, lambda: world.ask(front=ring[0], brief=brief))
    return truth


def holds(world: World, truth: Truth) -> bool:
    answered = answers(world)
    waiting = [
        message
        for topic in world.topics.values()
        for message in topic.messages
        if message.message_id in truth.task_ids and message.message_id not in answered
    ]
    asked = [m for m in waiting if m.source != world.portal.name]
    return len(asked) >= len(truth.agents) and max(m.time for m in asked) < world.end - _LEAST_WAIT


def _asking(job: Job, following: Agent, first: Agent, truth: Truth, blocks: bool) -> Steps | None:
    message = job.message
    if message is None or _MARK not in message.payload:
        return None
    return _ask(job, following, first, truth, blocks)


def _ask(job: Job, following: Agent, first: Agent, truth: Truth, blocks: bool) -> Steps:
    message = job.message
    assert message is not None
    note(truth, message)
    yield from job.model_call(0.3)
    if job.agent is first and message.source != job.agent.name and message.hops > 1:
        return  # it waits for the answer to what it asked itself
    payload = {**message.payload, "question": sentence(job.loop.rng, 12)}
    note(truth, job.send(following.name, TASK, payload, reason="needed first"))
    if blocks:
        yield Waiting()
