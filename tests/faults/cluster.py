"""What the Kubernetes API says of a world: one Deployment for each agent, and its pods."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from query_service.observer.k8s.objects import DEPLOYMENT, POD
from query_service.observer.things import Figure, Key
from tests.faults.agent import Agent

if TYPE_CHECKING:
    from tests.faults.world import World

State = dict[str, Any]
Timeline = list[tuple[float, State | None]]
"""States in time; None: there is none."""


@dataclass
class Pod:
    """A pod over time."""

    key: Key
    states: Timeline


@dataclass
class Workload:
    """A Deployment over time."""

    key: Key
    states: Timeline
    pods: list[Pod] = field(default_factory=list)


class Cluster:
    """Deployments by agent; those of a world without a cluster are not told."""

    def __init__(self, world: "World") -> None:
        self._world = world
        self._of: dict[str, Workload] = {}
        self.namespace = f"agents-{world.suffix}"

    @property
    def workloads(self) -> list[Workload]:
        """All of them, once each agent is made."""
        return [self.of(agent) for agent in self._world.agents.values()]

    def of(self, agent: Agent) -> Workload:
        """Its Deployment, one pod from the beginning unless told otherwise."""
        if agent.slug not in self._of:
            key = Key(DEPLOYMENT, self.namespace, agent.slug, self._world.new_id())
            workload = Workload(key, [(self._world.began, self._deployment(agent, 1, 1))])
            self._of[agent.slug] = workload
            self.add_pod(agent, self._world.began)
        return self._of[agent.slug]

    def set(self, agent: Agent, desired: int, available: int) -> None:
        """From now on."""
        state = self._deployment(agent, desired, available)
        self.of(agent).states.append((self._world.now, state))

    def add_pod(self, agent: Agent, since: float | None = None) -> Pod:
        """A healthy one, from now on."""
        time = self._world.now if since is None else since
        name = f"{agent.slug}-{self._world.hex(9)}-{self._world.hex(5)}"
        pod = Pod(Key(POD, self.namespace, name, self._world.new_id()), [])
        pod.states.append((time, self.pod_state(agent, time)))
        self._of[agent.slug].pods.append(pod)
        return pod

    def change(self, pod: Pod, **changes: Any) -> None:
        """Its state from now on; what is not named stays."""
        before = pod.states[-1][1] or {}
        pod.states.append((self._world.now, {**before, **changes}))

    def roll(self, agent: Agent) -> None:
        """Another pod takes the place of the one before."""
        workload = self.of(agent)
        old = workload.pods[-1]
        self.change(old, is_ending=True, ready=False)
        new = self.add_pod(agent)
        self.change(new, phase="Pending", ready=False)
        self.set(agent, 1, 0)

        def ready() -> None:
            self.change(new, phase="Running", ready=True)
            old.states.append((self._world.now, None))
            self.set(agent, 1, 1)

        self._world.later(self._world.rng.uniform(3, 8), ready)

    def hide(self, agent: Agent) -> None:
        """There is nothing of it yet."""
        workload = self.of(agent)
        workload.states[:] = []
        workload.pods[:] = []

    def appear(self, agent: Agent) -> None:
        """Now there is."""
        self.set(agent, 1, 1)
        self.add_pod(agent)

    def pod_state(self, agent: Agent, since: float) -> State:
        """As `query_service.observer.k8s.objects` tells a pod that is well."""
        return {
            "phase": "Running", "ready": True, "is_ending": False, "restarts": 0,
            "started_at": zulu(since), "node": "node-1", "workload_kind": "Deployment",
            "workload": agent.slug,
            "containers": [{"name": "agent", "image": "registry/agent:1.4.2", "ready": True,
                            "restarts": 0}],
        }  # fmt: skip

    def _deployment(self, agent: Agent, desired: int, available: int) -> State:
        return {
            "desired": desired, "ready": available, "available": available, "updated": desired,
            "images": ["registry/agent:1.4.2"], "max_cpu": "1", "max_memory": "512Mi",
            "created_at": zulu(self._world.began - 86_400),
            "marks": {"agent": "true", "name": agent.name, "models": agent.skill.model},
        }  # fmt: skip


def figures(key: Key, state: State) -> dict[Figure, float]:
    """The gauges beside a state."""
    if key.kind == DEPLOYMENT:
        return {
            Figure("k8s.deployment.desired", key): state["desired"],
            Figure("k8s.deployment.available", key): state["available"],
        }
    phases = {"Pending": 1.0, "Running": 2.0, "Succeeded": 3.0, "Failed": 4.0}
    return {
        Figure("k8s.pod.phase", key): phases.get(state["phase"], 5.0),
        Figure("k8s.container.restarts", key, "agent"): float(state["restarts"]),
        Figure("k8s.container.ready", key, "agent"): float(state["ready"]),
        Figure("k8s.container.memory.limit", key, "agent"): 512.0 * 2**20,
    }


def zulu(time: float) -> str:
    """As Kubernetes has times."""
    return f"{datetime.fromtimestamp(time, UTC):%Y-%m-%dT%H:%M:%SZ}"
