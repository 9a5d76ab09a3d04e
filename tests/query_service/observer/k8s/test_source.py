"""What the observer sees of a real Kubernetes API."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kubernetes import client

from query_service.errors import Forbidden, Unavailable
from query_service.observer.k8s import api as k8s_api
from query_service.observer.k8s.api import KubernetesApi
from query_service.observer.k8s.objects import DEPLOYMENT, POD
from query_service.observer.k8s.source import MEMORY, METRICS, KubernetesSource
from query_service.observer.sources import source_key
from query_service.observer.things import View
from tests.kubernetes_api import objects
from tests.kubernetes_api.cluster import Cluster, Kubelet, running
from tests.waiting import wait_until

pytestmark = [pytest.mark.stack, pytest.mark.kubernetes]

Look = Callable[[], View]


@pytest.fixture
def space(cluster: Cluster, request: pytest.FixtureRequest) -> str:
    """A namespace of its own whose account `observer` may look."""
    name: str = request.node.name.replace("_", "-")[:50].strip("-")
    objects.namespace(cluster.api(), name)
    objects.allow(cluster.api(), name)
    return name


@pytest.fixture
def look(cluster: Cluster, space: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Look]:
    """A source of the namespace by the account's token."""
    monkeypatch.setattr(k8s_api, "WATCH_SECONDS", 2)
    stop = threading.Event()
    token = objects.token(cluster.api(), space)
    source = KubernetesSource(lambda: KubernetesApi(cluster.api(token)), [space], 0.1, stop)
    yield source.read
    stop.set()


def seen(look: Look, wanted: Callable[[View], bool]) -> View:
    """The first view that is as wanted."""

    def read() -> View | None:
        try:
            view = look()
        except (Unavailable, Forbidden):  # until it tries again
            return None
        return view if wanted(view) else None

    found = wait_until(read)
    assert found
    return found


def of_kind(view: View, kind: str) -> list[dict[str, Any]]:
    return [{"name": k.name, **thing} for k, thing in view.things.items() if k.kind == kind]


def figures(view: View, metric: str) -> list[float]:
    return [value for figure, value in view.figures.items() if figure.metric == metric]


def test_a_deployment_that_is_scaled_crashes_and_runs_out_of_memory(
    cluster: Cluster, kubelet: Kubelet, space: str, look: Look
) -> None:
    apps, core = client.AppsV1Api(cluster.api()), client.CoreV1Api(cluster.api())
    marks = {"agent": "true", "name": "Coder", "models": "qwen"}
    apps.create_namespaced_deployment(space, objects.deployment("coder", 2, marks))
    view = seen(look, lambda v: [t["available"] for t in of_kind(v, DEPLOYMENT)] == [2])
    [coder] = of_kind(view, DEPLOYMENT)
    assert coder["rolled_out_at"].endswith("Z")
    assert {k: coder[k] for k in ("name", "desired", "images", "max_cpu", "max_memory")} == {
        "name": "coder", "desired": 2, "images": ["example/coder:1"], "max_cpu": "500m",
        "max_memory": "256Mi",
    }  # fmt: skip
    assert coder["marks"] == marks
    pods = of_kind(view, POD)
    assert [(p["phase"], p["ready"], p["restarts"], p["workload"]) for p in pods] == [
        ("Running", True, 0, "coder")
    ] * 2
    assert figures(view, "k8s.deployment.desired") == [2.0]
    assert figures(view, "k8s.container.memory.limit") == [256 * 1024 * 1024] * 2

    scale: Any = {"spec": {"replicas": 1}}
    apps.patch_namespaced_deployment_scale("coder", space, scale)
    view = seen(look, lambda v: len(of_kind(v, POD)) == 1)

    [pod] = core.list_namespaced_pod(space).items
    killed = {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-11-23T10:00:00Z"}
    waiting = {"reason": "CrashLoopBackOff", "message": "back-off 10s restarting"}
    ended = running("agent", 3, lastState={"terminated": killed}, state={"waiting": waiting})
    kubelet.say(pod.metadata, [ended | {"ready": False}])
    view = seen(look, lambda v: [p["restarts"] for p in of_kind(v, POD)] == [3])
    [crashed] = of_kind(view, POD)
    assert (crashed["reason"], crashed["ready"]) == ("CrashLoopBackOff", False)
    [container] = crashed["containers"]
    assert (container["last_reason"], container["last_exit_code"]) == ("OOMKilled", 137)
    assert figures(view, "k8s.container.restarts") == [3.0]
    view = seen(look, lambda v: [t["available"] for t in of_kind(v, DEPLOYMENT)] == [0])


def test_what_pods_use_is_there_when_somebody_measures_it(
    cluster: Cluster, kubelet: Kubelet, space: str, look: Look
) -> None:
    apps, core = client.AppsV1Api(cluster.api()), client.CoreV1Api(cluster.api())
    apps.create_namespaced_deployment(space, objects.deployment("writer"))
    view = seen(look, lambda v: len(of_kind(v, POD)) == 1)
    assert not figures(view, MEMORY)
    assert view.things[source_key(METRICS)] == {"state": "ok"}
    [pod] = core.list_namespaced_pod(space).items
    objects.pod_metrics(cluster.api(), space, pod, "123456789n", "98304Ki")
    view = seen(look, lambda v: bool(figures(v, MEMORY)))
    assert figures(view, MEMORY) == [98304 * 1024]
    assert figures(view, "k8s.pod.cpu.usage") == [0.123456789]


def test_rights_that_are_taken_away(cluster: Cluster, space: str, look: Look) -> None:
    seen(look, lambda v: True)
    objects.forbid(cluster.api(), space)

    def is_refused() -> bool:
        try:
            look()
        except Forbidden as error:
            return "403" in str(error)
        return False

    wait_until(is_refused)
    objects.allow(cluster.api(), space)
    seen(look, lambda v: True)


def test_an_api_that_goes_away_and_comes_back(
    cluster: Cluster, kubelet: Kubelet, space: str, look: Look
) -> None:
    apps = client.AppsV1Api(cluster.api())
    apps.create_namespaced_deployment(space, objects.deployment("planner"))
    seen(look, lambda v: len(of_kind(v, POD)) == 1)
    cluster.stop_api()

    def is_away() -> bool:
        try:
            look()
        except Unavailable as error:
            return cluster.host in str(error)
        return False

    wait_until(is_away)
    cluster.start_api()
    apps.delete_namespaced_deployment("planner", space)
    seen(look, lambda v: not of_kind(v, DEPLOYMENT))
