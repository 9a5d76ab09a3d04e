"""Workloads that restart, cannot start, or have too few pods, and rollouts, which are well."""

import json
from typing import Any

from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import NOW, Service

KIND = "workload_unhealthy"
COLUMNS = ["kind", "observed_at", "namespace", "name", "uid", "is_gone", "attributes", "arrived_at"]


class Cluster:
    """What the observer sees of Deployments and pods: what was last set of each, each minute."""

    def __init__(self, minutes: int = 40) -> None:
        self._first = minutes
        self._states: dict[tuple[str, str], list[tuple[float, dict[str, Any] | None]]] = {}

    def deployment(
        self, minutes: float, available: int, desired: int = 2, name: str = "coder", **more: Any
    ) -> None:
        told = {"desired": desired, "available": available, "ready": available, "marks": {}}
        states = self._states.setdefault(("k8s.deployment", name), [])
        states.append((minutes, told | {"images": ["coder:2"], "max_memory": "512Mi"} | more))

    def pod(self, minutes: float, name: str, ready: bool = True, **more: Any) -> None:
        told = {"phase": "Running", "ready": ready, "restarts": 0, "workload": "coder"}
        told["workload_kind"] = "Deployment"
        self._states.setdefault(("k8s.pod", name), []).append((minutes, told | more))

    def gone(self, minutes: float, name: str) -> None:
        self._states["k8s.pod", name].append((minutes, None))

    def store(self, service: Service) -> None:
        Traffic().store(service)
        rows = []
        for (kind, name), states in self._states.items():
            times = {minutes for minutes, _ in states} | set(range(self._first))
            for time in times:
                past = [one for one in states if one[0] >= time]
                if past and (past[-1][1] is not None or past[-1][0] == time):
                    state = past[-1][1]
                    text = json.dumps(state or {})
                    rows.append([kind, ago(time), "shop", name, f"u-{name}", not state, text, NOW])
        service.tables.insert("observed_things", rows, COLUMNS)


def well() -> Cluster:
    cluster = Cluster()
    cluster.deployment(40, 2)
    for name in ("coder-1", "coder-2"):
        cluster.pod(40, name)
    return cluster


def test_pods_that_are_missing(empty: Service) -> None:
    cluster = well()
    cluster.deployment(10, 1, problem="ProgressDeadlineExceeded: …")
    cluster.pod(10, "coder-2", ready=False)
    cluster.store(empty)
    [found] = find(empty, KIND)
    assert (found.subject, found.agents, found.severity) == ("shop/coder", ["coder"], "high")
    assert found.figures["missing_seconds"] == 600
    assert (found.figures["pods_wanted"], found.figures["pods_available"]) == (2, 1)
    assert found.facts["why"] == "1 of 2 pods available, fewer than wanted for 600 s"
    assert (found.facts["pod"], found.facts["image"]) == ("coder-2", "coder:2")
    assert found.first_seen == ago(10)
    assert find(empty, KIND, at=ago(6)) == []
    assert find(empty, KIND, min_seconds=660) == []
    assert find(empty, KIND, agent="writer") == []


def test_rollouts_and_what_is_scaled_down_are_well(empty: Service) -> None:
    cluster = well()
    cluster.deployment(12, 1)
    cluster.pod(12, "coder-2", ready=False, is_ending=True)
    cluster.pod(12, "coder-3", ready=False, phase="Pending")
    cluster.gone(11.5, "coder-2")
    cluster.pod(9, "coder-3")
    cluster.deployment(9, 2)
    cluster.deployment(30, 0, 0, "writer")
    cluster.pod(30, "writer-1", ready=False, phase="Succeeded", workload="writer")
    cluster.pod(30, "writer-0", ready=False, phase="Failed", reason="Evicted", workload="writer")
    cluster.store(empty)
    assert find(empty, KIND) == []


def test_containers_that_end(empty: Service) -> None:
    cluster = well()
    for minutes, restarts in ((12, 1), (8, 2), (2, 3)):
        ended = {"name": "agent", "ready": False, "last_reason": "Error", "last_exit_code": 1}
        cluster.pod(minutes, "coder-1", ready=False, restarts=restarts, containers=[ended])
        cluster.pod(minutes - 0.5, "coder-1", restarts=restarts, containers=[ended])
    cluster.store(empty)
    [found] = find(empty, KIND)
    assert found.figures["restarts"] == 3
    assert found.facts["why"] == "3 restarts"
    assert found.facts["reasons"] == "Error"
    assert find(empty, KIND, min_restarts=4) == []
    assert find(empty, KIND, at=ago(9)) == []


def test_a_container_that_was_killed_for_its_memory_counts_at_once(empty: Service) -> None:
    cluster = well()
    ended = {"name": "agent", "ready": True, "last_reason": "OOMKilled"}
    cluster.pod(5, "coder-1", restarts=1, containers=[ended])
    cluster.store(empty)
    [found] = find(empty, KIND)
    assert found.facts["why"] == "1 restarts, OOMKilled"
    assert found.facts["max_memory"] == "512Mi"
    assert found.first_seen == ago(5)


def test_restarts_of_before_are_silent(empty: Service) -> None:
    cluster = Cluster()
    cluster.deployment(40, 1, 1)
    ended = {"name": "agent", "ready": True, "last_reason": "OOMKilled"}
    cluster.pod(40, "coder-1", restarts=7, containers=[ended])
    cluster.store(empty)
    assert find(empty, KIND) == []


def test_an_image_that_cannot_be_pulled_is_told_at_once(empty: Service) -> None:
    cluster = well()
    waits = {"name": "agent", "ready": False, "message": "manifest unknown"}
    pulls = {"phase": "Pending", "reason": "ImagePullBackOff", "containers": [waits]}
    cluster.pod(2, "coder-3", ready=False, **pulls)
    cluster.store(empty)
    [found] = find(empty, KIND)
    assert found.facts["why"] == "ImagePullBackOff"
    assert (found.facts["pod"], found.facts["message"]) == ("coder-3", "manifest unknown")


def test_which_agent_it_is(empty: Service) -> None:
    cluster = Cluster()
    cluster.deployment(30, 0, 1, "dep-a", marks={"name": "Code Helper"})
    cluster.deployment(30, 0, 1, "dep-b", marks={"exclude": "true"})
    cluster.deployment(30, 0, 1, "code_writer")
    cluster.store(empty)
    empty.tables.insert(
        "agent_names",
        [["code-writer", "Code Writer", ago(90), ago(1), NOW]],
        ["agent", "name", "first_seen", "last_seen", "arrived_at"],
    )
    found = {one.subject: (one.agents, one.severity) for one in find(empty, KIND)}
    assert found == {
        "shop/dep-a": (["code-helper"], "critical"),
        "shop/code_writer": (["code-writer"], "critical"),
    }


def test_what_cannot_be_read_is_harmless(empty: Service) -> None:
    well().store(empty)
    odd = ["", "[1]", '{"desired": -1, "containers": 3}', '{"restarts": 1e300, "reason": 4}']
    rows = [
        [kind, ago(5), "shop", f"odd-{number}", "u", False, text, NOW]
        for kind in ("k8s.pod", "k8s.deployment")
        for number, text in enumerate(odd)
    ]
    empty.tables.insert("observed_things", rows, COLUMNS)
    assert find(empty, KIND) == []
