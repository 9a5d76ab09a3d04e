"""What happens in a cluster is what the oracle says, at each step and of the way there.

Real API server, controllers, Kafka, Collector, ClickHouse, observer and LiteLLM gateway; the test
is the kubelet.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from kubernetes import client
from local_stack.errors import SetupError

from tests.conftest import NO_LITELLM
from tests.e2e.kafka import Record, send
from tests.kubernetes_api import objects
from tests.kubernetes_api.cluster import Cluster, Kubelet, now, running
from tests.litellm_gateway.gateway import KEY, Gateway
from tests.stack import Stack
from tests.waiting import wait_until

pytestmark = [pytest.mark.stack, pytest.mark.kubernetes]

Json = dict[str, Any]
SPACE = "seen"
QUICK_WATCHES = (
    "from query_service.observer.k8s import api; api.WATCH_SECONDS = 2; "
    "from query_service.__main__ import run; run()"
)
"""Rights that were taken away are seen when a watch begins: every 30 s is long for a test."""


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway | None]:
    """A gateway, started; None where it cannot be built."""
    try:
        made = Gateway(tmp_path_factory.mktemp("litellm"))
    except SetupError:
        yield None
        return
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def observed(
    stack: Stack, cluster: Cluster, kubelet: Kubelet, gateway: Gateway | None, tmp_path_factory: Any
) -> Iterator[Stack]:
    """The stack with an observer that watches the cluster by an account of its own."""
    objects.namespace(cluster.api(), SPACE)
    objects.allow(cluster.api(), SPACE)
    home: Path = tmp_path_factory.mktemp("observer")
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    config["users"][0]["user"]["token"] = objects.token(cluster.api(), SPACE)
    (home / "kubeconfig").write_text(yaml.safe_dump(config))
    settings = {
        "KUBECONFIG": str(home / "kubeconfig"),
        "OBSERVER_KUBERNETES": "kubeconfig",
        "OBSERVER_KUBERNETES_NAMESPACES": SPACE,
        "OBSERVER_KUBERNETES_INTERVAL": "0.5",
        "OBSERVER_KAFKA_INTERVAL": "1",
        "LITELLM_BASE_URL": gateway.url if gateway else "",
        "LITELLM_API_KEY": KEY,
        "OBSERVER_LITELLM_INTERVAL": "1",
    }
    stack.stop("observer")
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", QUICK_WATCHES, "observe"],
            env={**os.environ, **stack.environment, **settings},
            stderr=log,
        )
    try:
        yield stack
    finally:
        process.terminate()
        process.wait(90)
        stack.start("observer")


@pytest.fixture(scope="module")
def ask(observed: Stack) -> Callable[[str], Any]:
    """The JSON of a path of the oracle."""

    def asked(path: str) -> Any:
        found = httpx.get(f"{observed.query_url}/api/v1/oracle/{path}", timeout=60)
        return found.raise_for_status().json()

    return asked


class Seen:
    """What the state says of this cluster, and when it said each of the steps."""

    def __init__(self, ask: Callable[[str], Any]) -> None:
        self._ask = ask
        self.steps: dict[str, tuple[str, Json]] = {}

    def step(self, name: str, **wanted: Any) -> Json:
        """Wait until the state says exactly that; the whole of it."""
        last: Json = {}

        def says() -> Json | None:
            last.clear()
            last.update(self._ask("state?strict=false"))
            own = shortly(last)
            return last if own == {**own, **wanted} else None

        try:
            found = wait_until(says)
        except TimeoutError:
            raise AssertionError(f"{name}: {shortly(last)} instead of {wanted}") from None
        assert found
        self.steps[name] = found["generated_at"], shortly(found)
        return found


def shortly(told: Json) -> Json:
    """Of a state that which the steps change."""
    [work] = [one for one in told["workload"] if one["namespace"] == SPACE] or [None]
    pods = work["pods"] if work else []
    return {
        "source": told["sources"]["kubernetes"]["state"],
        "agents": {
            one["name"]: (one["deployment_name"], one["models"])
            for one in told["agents"]
            if one["name"] in ("Scout", "scout")
        },
        "pods": (work["live"]["active_pods"], work["max_pods"]) if work else None,
        "statuses": sorted(pod["status"] for pod in pods),
        "restarts": sum(pod["restarts"] for pod in pods),
        "reasons": sorted(reason for pod in pods for reason in pod["reasons"]),
    }


def test_each_step_is_told_and_history_has_the_way(
    cluster: Cluster, kubelet: Kubelet, observed: Stack, ask: Callable[[str], Any]
) -> None:
    began = datetime.now(UTC)
    api = cluster.api()
    apps, core = client.AppsV1Api(api), client.CoreV1Api(api)
    seen = Seen(ask)
    wait_until(lambda: ask("state?strict=false")["sources"]["kubernetes"]["state"] == "ok")

    # A labelled agent to whom somebody sends a task, and that is heard of.
    heard = [
        message("scout-1", "Planner", "Scout", "task"),
        message("scout-2", "Scout", "Planner", "heartbeat"),
    ]
    send(observed.kafka, heard)
    marks = {"agent": "true", "name": "Scout", "models": "qwen3"}
    apps.create_namespaced_deployment(SPACE, objects.deployment("scout", 2, marks))
    agent = {"Scout": ("scout", ["qwen3"])}
    seen.step("deployed", agents=agent, pods=(2, 2), statuses=["Running"] * 2, restarts=0)
    wait_until(lambda: known_by(ask) == ["kubernetes", "messages"])
    [queue] = [one for one in ask("queues")["queues"] if one["name"] == "agent-queue-scout"]
    assert [one["id"] for one in queue["tasks"]] == ["scout-1"]

    scale: Any = {"spec": {"replicas": 3}}
    apps.patch_namespaced_deployment_scale("scout", SPACE, scale)
    seen.step("scaled", pods=(3, 3), statuses=["Running"] * 3, reasons=[])

    pod: Any = core.list_namespaced_pod(SPACE).items[0].metadata
    killed = {"exitCode": 137, "reason": "OOMKilled", "finishedAt": now()}
    waiting = {"reason": "CrashLoopBackOff", "message": "back-off 10s restarting"}
    ended = running("agent", 3, lastState={"terminated": killed}, state={"waiting": waiting})
    kubelet.say(pod, [ended | {"ready": False}])
    told = seen.step("killed", pods=(2, 3), restarts=3, reasons=["CrashLoopBackOff", "OOMKilled"])
    assert f"{SPACE}/scout: 2 of 3 pods are available" in told["issues"]
    assert f"pod {SPACE}/{pod.name} is Running (CrashLoopBackOff, OOMKilled)" in told["issues"]

    hidden: Any = {"metadata": {"labels": {"oracle-monitor/exclude": "true"}}}
    apps.patch_namespaced_deployment("scout", SPACE, hidden)
    seen.step("excluded", agents={}, pods=(2, 3), restarts=3)

    objects.forbid(api, SPACE)
    told = seen.step("forbidden", source="refused", pods=(2, 3), statuses=["Unknown"] * 3)
    assert "403" in told["sources"]["kubernetes"]["message"]
    objects.allow(api, SPACE)
    seen.step("allowed", source="ok", pods=(2, 3), statuses=["Running"] * 3)

    cluster.stop_api()
    told = seen.step("away", source="unreachable", statuses=["Unknown"] * 3, agents={})
    assert any(issue.startswith("kubernetes is unreachable since") for issue in told["issues"])
    cluster.start_api()
    shown: Any = {"metadata": {"labels": {"oracle-monitor/exclude": None}}}
    apps.patch_namespaced_deployment("scout", SPACE, shown)
    seen.step("back", source="ok", agents=agent, pods=(2, 3), statuses=["Running"] * 3)

    check_history(seen, ask, began)
    changed = {
        (one["attribute"], one["before"], one["after"])
        for one in ask(f"diff?from={seen.steps['deployed'][0]}&to={seen.steps['killed'][0]}")[
            "changes"
        ]
        if one["name"] == f"{SPACE}/scout (Deployment)" and not isinstance(one["after"], dict)
    }
    assert changed == {("max_pods", 2, 3), ("restarts", 0, 3)}


def message(name: str, source: str, target: str, kind: str) -> Record:
    body = {
        "message_id": name, "source_agent": source, "target_agent": target, "message_type": kind,
        "priority": "normal", "payload": {}, "reason": "look",
        "timestamp": datetime.now(UTC).replace(tzinfo=None).isoformat(),
    }  # fmt: skip
    return f"agent-queue-{target.lower()}", None, json.dumps(body).encode()


def known_by(ask: Callable[[str], Any]) -> list[str]:
    found = [one for one in ask("state?strict=false")["agents"] if one["name"] == "Scout"]
    return sorted(found[0]["known_by"]) if found else []


def check_history(seen: Seen, ask: Callable[[str], Any], began: datetime) -> None:
    """At the time of each step there is a point that says it; and nothing else between them."""
    for name, (at, wanted) in seen.steps.items():
        [*_, point] = ask(f"history?from=1s&to={at}&step=1s")["points"]
        assert point["sources"]["kubernetes"]["state"] == wanted["source"], name
        shown = {one["name"] for one in point["agents"]} & {"Scout", "scout"}
        assert shown == wanted["agents"].keys(), name
        if wanted["source"] != "ok":
            assert point["workload"] is None, name
            continue
        [work] = [one for one in point["workload"] if one["namespace"] == SPACE]
        assert (work["active_pods"], work["max_pods"]) == wanted["pods"], name
        assert work["restarts"] == wanted["restarts"], name
        assert sorted(work["reasons"]) == sorted(set(wanted["reasons"])), name

    seconds = (datetime.now(UTC) - began) // timedelta(seconds=1) + 2
    points = ask(f"history?from={seconds}s&step={-(-seconds // 200)}s")["points"]
    way = [
        (point["sources"].get("kubernetes", {}).get("state"), wanted_pods(point))
        for point in points
        if point["at"] >= began.replace(tzinfo=None).isoformat()
    ]
    steps = [one for one, _ in groupby(way)]
    stations = iter(steps)
    for station in (
        ("ok", (2, 0)), ("ok", (3, 0)), ("ok", (3, 3)), ("refused", None), ("ok", (3, 3)),
        ("unreachable", None), ("ok", (3, 3)),
    ):  # fmt: skip
        assert station in stations, (station, steps)


def wanted_pods(point: Json) -> tuple[int, int] | None:
    own = [one for one in point["workload"] or [] if one["namespace"] == SPACE]
    return (own[0]["max_pods"], own[0]["restarts"]) if own else None


def test_models_of_the_gateway_are_told_with_their_use(
    gateway: Gateway | None, ask: Callable[[str], Any]
) -> None:
    if gateway is None:
        pytest.skip(NO_LITELLM)
    assert gateway.call("writer") == 200

    def is_told() -> bool:
        models = {one["model"]: one for one in ask("llm")["litellm"]}
        return "writer" in models and (models["writer"]["rpm"] or 0) >= 1

    wait_until(is_told)
    last = ask("history?from=2s&step=1s")["points"][-1]
    [writer] = [one for one in last["litellm"] if one["model"] == "writer"]
    assert (writer["source"], writer["health"]) == ("litellm", "healthy")
    assert writer["rpm"] >= 1
