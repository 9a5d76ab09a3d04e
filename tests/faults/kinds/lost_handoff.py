"""A task that nobody will answer, or an answer to a task that nobody sent."""

from tests.faults.agent import Agent
from tests.faults.job import Job, result
from tests.faults.placing import answers, free, moment, note, take, tasks, truth_of
from tests.faults.reader import Steps
from tests.faults.records import RESULT, Truth
from tests.faults.world import World

_KIND = "lost_handoff"
_LEAST_WAIT = 420.0


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    variant = world.rng.choice(("misspelled", "dropped", "dropped", "unknown task"))
    planted = {"misspelled": _misspelled, "dropped": _dropped, "unknown task": _unknown}[variant]
    return planted(world, moment(world, 120, 2900))


def holds(world: World, truth: Truth) -> bool:
    if truth.variant == "misspelled":
        for topic in world.topics.values():
            if topic.name.removeprefix("agent-queue-") in truth.agents and not topic.readers:
                for message in topic.messages:
                    note(truth, message)
                return topic.messages[0].time < world.end - _LEAST_WAIT
        return False
    if truth.variant == "unknown task":
        return bool(truth.task_ids)
    [slug] = truth.agents
    agent = next(a for a in world.agents.values() if a.slug == slug)
    lost = [m for m in tasks(world, agent) if m.message_id in truth.task_ids]
    answered = answers(world)
    later = [m for m in tasks(world, agent) if m.message_id in answered]
    return any(
        m.time < world.end - _LEAST_WAIT and sum(a.time > m.time for a in later) >= 5 for m in lost
    )


def _misspelled(world: World, since: float) -> Truth:
    rng = world.rng
    sender: Agent = rng.choice([world.portal, *world.topology.askers])
    share = rng.uniform(0.2, 1.0)
    truth = truth_of(world, _KIND, [sender], since, "misspelled")
    wrong: dict[str, str] = {}

    def route(target: str) -> str:
        if world.now < since or rng.random() > share:
            return target
        if not wrong:
            cut = rng.randrange(1, 4)
            wrong[target] = target[:cut] + target[cut + 1 :]
            truth.agents |= {wrong[target].lower().replace(" ", "-")}
        return wrong.get(target, target)

    sender.habits.route = route
    return truth


def _dropped(world: World, since: float) -> Truth:
    rng = world.rng
    agent, share = take(world), rng.uniform(0.05, 0.35)
    truth = truth_of(world, _KIND, [agent], since, "dropped")

    def drop(job: Job) -> Steps | None:
        if world.now < since or rng.random() > share or job.message is None:
            return None
        note(truth, job.message)
        return job.piece()

    agent.habits.instead = drop
    return truth


def _unknown(world: World, since: float) -> Truth:
    rng = world.rng
    agent = take(world)
    truth = truth_of(world, _KIND, [agent, world.portal], since, "unknown task")

    def answer(job: Job) -> Steps:
        yield from job.piece()
        parent = world.new_id()
        truth.task_ids.add(parent)
        job.send(world.portal.name, RESULT, result(job), parent_id=parent)

    for _ in range(rng.randint(1, 5)):
        world.at(rng.uniform(since, world.end - 300), lambda: agent.idea(answer))
    return truth
