"""What fails every time is tried again and again, at once."""

from functools import partial

from tests.faults.job import Job
from tests.faults.placing import free, moment, note, take, truth_of
from tests.faults.records import Failure, Truth
from tests.faults.texts import subject
from tests.faults.world import World

_LEAST = 12


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    rng = world.rng
    agent, since = take(world), moment(world, 120, 3000)
    most = rng.choice((15, 30, 100, 10_000))
    truth = truth_of(world, "retry_storm", [agent, world.portal], since, f"{most} tries")
    world.portal.habits.tries = lambda: (most, rng.choice((0.3, 1.0, 3.0)))
    stuck = {subject(rng) for _ in range(rng.randint(1, 3))}

    def fails(job: Job) -> Failure | None:
        if job.message is None or job.message.payload.get("subject") not in stuck:
            return None
        note(truth, job.message)
        return Failure("SchemaMismatch", "field 'amount' is no number: 'n/a'", "validation_error")

    agent.habits.code_fails = fails
    for name in sorted(stuck):
        brief = {"subject": name, "wish": "parse it"}
        world.at(since, partial(world.ask, front=agent, brief=brief))
    return truth


def holds(world: World, truth: Truth) -> bool:
    return len(truth.task_ids) >= _LEAST
