"""The code of an agent fails as it never did."""

from tests.faults.job import Job
from tests.faults.placing import free, moment, note, take, truth_of
from tests.faults.records import Failure, Truth
from tests.faults.world import World

_LEAST = 6
_ERRORS = (
    ("KeyError", "'schema_version'"),
    ("AttributeError", "'NoneType' object has no attribute 'strip'"),
    ("ZeroDivisionError", "float division by zero"),
    ("JSONDecodeError", "Expecting value: line 1 column 1 (char 0)"),
)


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    rng = world.rng
    agent, since = take(world), moment(world, 120, 2900)
    until = rng.choice((world.end, since + rng.uniform(400, 1500)))
    share = rng.uniform(0.25, 1.0)
    error_type, message = rng.choice(_ERRORS)
    truth = truth_of(world, "error_burst", [agent], since, f"{error_type} in {share:.0%}")

    def fails(job: Job) -> Failure | None:
        if not since <= world.now < until or rng.random() > share or job.message is None:
            return None
        truth.times += 1
        note(truth, job.message)
        return Failure(error_type, message)

    agent.habits.code_fails = fails
    return truth


def holds(world: World, truth: Truth) -> bool:
    return truth.times >= _LEAST
