"""One task hangs; with its agent, when that does one at a time."""

from tests.faults.job import Job
from tests.faults.placing import free, moment, note, take, truth_of
from tests.faults.reader import Steps
from tests.faults.records import Truth
from tests.faults.world import World, usual_seconds

_TIMES_USUAL = 30


def fits(world: World) -> bool:
    return any(usual_seconds(agent) * _TIMES_USUAL < 2700 for agent in free(world))


def plant(world: World) -> Truth:
    rng = world.rng
    fast = [a for a in free(world) if usual_seconds(a) * _TIMES_USUAL < 2700]
    agent = take(world, fast)
    stuck = max(900.0, usual_seconds(agent) * _TIMES_USUAL)
    since = moment(world, 60, 3500 - stuck)
    silent = agent.workers > 1 and rng.random() < 0.5
    truth = truth_of(world, "stuck_task", [agent], since, "silent" if silent else "beating")

    def hang(job: Job) -> Steps | None:
        if world.now < since or truth.task_ids or job.message is None:
            return None
        note(truth, job.message)
        truth.since = world.now
        return _for_ever(job)

    agent.habits.instead = hang
    agent.habits.beats = lambda job: (
        not (silent and job.message and job.message.message_id in truth.task_ids)
    )
    return truth


def holds(world: World, truth: Truth) -> bool:
    [slug] = truth.agents
    agent = next(a for a in world.agents.values() if a.slug == slug)
    least = max(850.0, usual_seconds(agent) * (_TIMES_USUAL - 5))
    return bool(truth.task_ids) and world.end - truth.since > least


def _for_ever(job: Job) -> Steps:
    yield from job.model_call(0.5)
    tool = next(iter(job.agent.skill.tools), "search")
    yield from job.tool_call(tool, 1e7)
