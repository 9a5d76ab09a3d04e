"""Pods of an agent restart, or are not there."""

from dataclasses import replace
from functools import partial

from tests.faults.agent import Agent
from tests.faults.placing import free, moment, take, truth_of
from tests.faults.records import Truth
from tests.faults.world import World

_IMAGE = "registry/agent:1.4.2"


def fits(world: World) -> bool:
    return bool(free(world))


def plant(world: World) -> Truth:
    rng = world.rng
    world.scene = replace(world.scene, has_cluster=True)
    agent, since = take(world), moment(world, 120, 2900)
    variant = rng.choice(("OOMKilled", "Error", "one of two missing", "ImagePullBackOff"))
    truth = truth_of(world, "workload_unhealthy", [agent], since, variant)
    if variant in ("OOMKilled", "Error"):
        count, time = rng.randint(3, 8), since
        for number in range(1, count + 1):
            world.at(time, partial(_crash, world, agent, variant, number))
            time += rng.uniform(60, 240)
    elif variant == "ImagePullBackOff":
        world.at(since, lambda: _new_image(world, agent))
    else:
        world.at(world.began, lambda: _second_pod(world, agent))
        world.at(since, lambda: _lose_one(world, agent))
    return truth


def holds(world: World, truth: Truth) -> bool:
    return True


def _crash(world: World, agent: Agent, reason: str, restarts: int) -> None:
    """The agent is gone with it, and comes back."""
    cluster = world.cluster
    pod = cluster.of(agent).pods[-1]
    code = 137 if reason == "OOMKilled" else 1
    container = {"name": "agent", "image": _IMAGE, "restarts": restarts,
                 "last_reason": reason, "last_exit_code": code}  # fmt: skip
    pause = min(100.0, 5 * 1.5**restarts)
    why = reason if pause < 10 else "CrashLoopBackOff"
    cluster.change(pod, ready=False, restarts=restarts, reason=why,
                   containers=[{**container, "ready": False, "reason": why}])  # fmt: skip
    cluster.set(agent, 1, 0)
    agent.kill()
    world.later(min(10.0, pause * 0.8), agent.leave)

    def up() -> None:
        cluster.change(pod, ready=True, reason=None, containers=[{**container, "ready": True}])
        cluster.set(agent, 1, 1)
        agent.start()

    world.later(pause, up)


def _new_image(world: World, agent: Agent) -> None:
    """A release that cannot be pulled: the pod before goes on."""
    cluster = world.cluster
    cluster.of(agent)
    pod = cluster.add_pod(agent)
    container = {"name": "agent", "image": "registry/agent:1.4.3", "restarts": 0, "ready": False,
                 "reason": "ImagePullBackOff", "message": "manifest unknown"}  # fmt: skip
    cluster.change(pod, phase="Pending", ready=False, reason="ImagePullBackOff",
                   containers=[container])  # fmt: skip
    cluster.set(agent, 2, 1)


def _second_pod(world: World, agent: Agent) -> None:
    world.cluster.of(agent)
    world.cluster.add_pod(agent)
    world.cluster.set(agent, 2, 2)


def _lose_one(world: World, agent: Agent) -> None:
    """One is not ready any more; the other does the work."""
    cluster = world.cluster
    pod = cluster.of(agent).pods[-1]
    container = {"name": "agent", "image": _IMAGE, "restarts": 0, "ready": False}
    cluster.change(pod, ready=False, containers=[container])
    cluster.set(agent, 2, 1)
