"""The same work is passed around, and nobody does it."""

from functools import partial
from typing import Any

from tests.faults.agent import Agent
from tests.faults.job import Job
from tests.faults.placing import free, moment, note, truth_of
from tests.faults.reader import Steps
from tests.faults.records import TASK, Truth
from tests.faults.texts import sentence, subject
from tests.faults.world import World

_LEAST = 8
_MARK = "ticket"


def fits(world: World) -> bool:
    return len(free(world)) >= 2


def plant(world: World) -> Truth:
    rng = world.rng
    ring = rng.sample(free(world), 3 if len(free(world)) > 2 and rng.random() < 0.3 else 2)
    world.taken |= {agent.slug for agent in ring}
    since, most = moment(world, 120, 2900), rng.choice((8, 12, 25, 60))
    answers = rng.random() < 0.5
    variant = f"{len(ring)} agents, {most} hops, {'answered' if answers else 'unanswered'}"
    truth = truth_of(world, "handoff_loop", ring, since, variant)
    if not answers:
        # Each waits for the next; the last one of all was read, and is never answered.
        for kind in ("wait_cycle", "lost_handoff"):
            truth.also |= {(kind, agent.slug) for agent in ring}
    for agent, following in zip(ring, [*ring[1:], ring[0]], strict=True):
        agent.habits.instead = _passing(agent, following, truth, most, answers)
    for _ in range(rng.randint(1, 3)):
        brief = {"subject": subject(rng), _MARK: sentence(rng, 20)}
        world.at(since, partial(world.ask, front=ring[0], brief=brief))
    return truth


def holds(world: World, truth: Truth) -> bool:
    return len(truth.task_ids) >= _LEAST


def _passing(agent: Agent, following: Agent, truth: Truth, most: int, answers: bool) -> Any:
    def instead(job: Job) -> Steps | None:
        message = job.message
        if message is None or _MARK not in message.payload:
            return None
        return _pass_on(job, following, truth, most, answers)

    return instead


def _pass_on(job: Job, following: Agent, truth: Truth, most: int, answers: bool) -> Steps:
    message = job.message
    assert message is not None
    note(truth, message)
    yield job.loop.rng.uniform(0.2, 1.0)
    yield from job.model_call(0.4)
    if answers:
        job.reply({"status": f"passed on to {following.name}"})
    if message.hops < most:
        job.send(following.name, TASK, dict(message.payload), reason="not mine")
