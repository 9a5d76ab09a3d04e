"""A message that ends everyone who reads it, so that it is read again."""

from tests.faults.agent import Agent
from tests.faults.job import Job
from tests.faults.placing import free, moment, note, take, truth_of
from tests.faults.reader import Steps
from tests.faults.records import Failure, Truth
from tests.faults.texts import sentence, subject
from tests.faults.world import World

_LEAST = 4
_MARK = "attachment"


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    rng = world.rng
    agent, since = take(world), moment(world, 120, 3000)
    is_killed = rng.random() < 0.5
    most = rng.choice((4, 6, 10, 10_000))
    how = "killed" if is_killed else "raised"
    truth = truth_of(world, "poison_message", [agent], since, f"{how}, {most} readers")
    told = rng.random() < 0.6 and world.scene.has_cluster
    if told:
        truth.also.add(("workload_unhealthy", agent.slug))

    def instead(job: Job) -> Steps | None:
        message = job.message
        if message is None or _MARK not in message.payload:
            return None
        note(truth, message)
        truth.times += 1
        if truth.times > most:
            agent.refused.clear()
            return None
        agent.refused.add(message.offset)
        return _end(world, job, is_killed, told, truth.times)

    agent.habits.instead = instead
    brief = {"subject": subject(rng), _MARK: sentence(rng, 30)}
    world.at(since, lambda: world.ask(front=agent, brief=brief))
    return truth


def holds(world: World, truth: Truth) -> bool:
    return len(truth.task_ids) == 1 and truth.times >= _LEAST


def _end(world: World, job: Job, is_killed: bool, told: bool, reads: int) -> Steps:
    rng, agent = world.rng, job.agent
    yield rng.uniform(0.2, 2.5)
    world.later(0.2, lambda: _restart(world, agent, told, reads))
    if is_killed:
        yield 1e9
    job.is_answered = True  # it ends before it can answer
    raise Failure("UnicodeDecodeError", "'utf-8' codec can't decode byte 0x9c in position 11")


def _restart(world: World, agent: Agent, told: bool, reads: int) -> None:
    agent.kill()
    agent.leave()
    pause = min(120.0, world.rng.uniform(2, 8) * 1.3**reads)
    if told:
        _crash(world, agent, pause)
    world.later(pause, agent.start)


def _crash(world: World, agent: Agent, pause: float) -> None:
    cluster = world.cluster
    pod = cluster.of(agent).pods[-1]
    restarts = (pod.states[-1][1] or {}).get("restarts", 0) + 1
    container = {"name": "agent", "image": "registry/agent:1.4.2", "restarts": restarts}
    ended = {"last_reason": "Error", "last_exit_code": 1}
    down = {**container, **ended, "ready": False, "reason": "CrashLoopBackOff"}
    cluster.change(pod, ready=False, restarts=restarts, reason="CrashLoopBackOff",
                   containers=[down])  # fmt: skip
    cluster.set(agent, 1, 0)

    def up() -> None:
        well = {**container, **ended, "ready": True}
        cluster.change(pod, ready=True, reason=None, containers=[well])
        cluster.set(agent, 1, 1)

    world.later(pause, up)
