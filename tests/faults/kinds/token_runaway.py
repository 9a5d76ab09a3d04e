"""An agent, or one task, burns far more tokens than ever."""

from tests.faults.job import Job, result
from tests.faults.placing import free, moment, note, take, truth_of
from tests.faults.reader import Steps
from tests.faults.records import Truth
from tests.faults.world import World

_LEAST = 5


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    rng = world.rng
    agent, since = take(world), moment(world, 120, 2700)
    if rng.random() < 0.5:
        factor = rng.uniform(8, 30)
        truth = truth_of(world, "token_runaway", [agent], since, f"{factor:.0f} times a call")

        def more() -> float:
            if world.now < since:
                return 1.0
            truth.times += 1
            return factor

        agent.habits.more_tokens = more
        return truth
    calls, grown = rng.randint(40, 150), [1.0]
    truth = truth_of(world, "token_runaway", [agent], since, f"{calls} calls for one task")

    def instead(job: Job) -> Steps | None:
        if world.now < since or truth.task_ids or job.message is None:
            return None
        note(truth, job.message)
        return run_away(job)

    def run_away(job: Job) -> Steps:
        for number in range(calls):
            truth.times += 1
            grown[0] = 1 + number / 8
            yield from job.model_call(0.15)
        grown[0] = 1.0
        job.reply({**result(job), "score": 1.0, "comments": ""})

    agent.habits.instead = instead
    agent.habits.more_tokens = lambda: grown[0]
    return truth


def holds(world: World, truth: Truth) -> bool:
    return truth.times >= (20 if truth.task_ids else _LEAST)
