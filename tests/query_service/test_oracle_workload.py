"""What the oracle says of a cluster, at any time, and while its sources are away."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

from query_service.models.values import iso
from query_service.oracle import workload as section
from query_service.oracle.validate import SCHEMA
from tests.query_service.engine import NOW, Service

Json = dict[str, Any]
PODS = "kubernetes"


def validator(name: str) -> Validator:
    schema = json.loads(SCHEMA.read_text())
    return Draft202012Validator({"$defs": schema["$defs"], "$ref": f"#/$defs/{name}"})


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def see(
    tables: Any, seconds: float, kind: str, name: str, is_gone: bool = False, **seen: Any
) -> None:
    uid = "" if kind == "agent_telemetry.source" else f"uid-{name}"
    space = name if kind == "agent_telemetry.source" else "shop"
    tables.insert(
        "observed_things",
        [[kind, at(seconds), space, name, uid, is_gone, json.dumps(seen), NOW]],
        ["kind", "observed_at", "namespace", "name", "uid", "is_gone", "attributes", "arrived_at"],
    )


def source(tables: Any, seconds: float, name: str, state: str, **more: Any) -> None:
    see(tables, seconds, "agent_telemetry.source", name, state=state, keep_alive=60, **more)


def figure(tables: Any, seconds: float, metric: str, pod: str, value: float) -> None:
    tables.insert(
        "observed_figures",
        [[metric, at(seconds), "shop", pod, f"uid-{pod}", value, NOW]],
        ["metric", "observed_at", "namespace", "name", "uid", "value", "arrived_at"],
    )


def coder(tables: Any, seconds: float, available: int = 1) -> None:
    see(
        tables, seconds, "k8s.deployment", "coder", desired=2, ready=available,
        available=available, updated=2, images=["example/coder:1"], max_cpu="500m",
        max_memory="256Mi", rolled_out_at="2026-11-22T11:00:00Z", marks={"agent": "true"},
    )  # fmt: skip


def pod(tables: Any, seconds: float, name: str, phase: str = "Running", **more: Any) -> None:
    see(
        tables, seconds, "k8s.pod", name, phase=phase, workload="coder",
        workload_kind="Deployment", **more,
    )  # fmt: skip


@pytest.fixture
def cluster(empty: Service) -> Service:
    """A Deployment of which one pod of two runs, as seen for ten minutes."""
    for minute in range(-10, 0):
        source(empty.tables, 60 * minute, PODS, "ok")
        source(empty.tables, 60 * minute, "kubernetes-metrics", "ok")
        coder(empty.tables, 60 * minute - 1)
        pod(empty.tables, 60 * minute - 1, "coder-1")
    killed = {"name": "agent", "ready": False, "last_reason": "OOMKilled"}
    pod(empty.tables, -30, "coder-2", reason="CrashLoopBackOff", containers=[killed])
    figure(empty.tables, -20, "k8s.pod.cpu.usage", "coder-1", 0.25)
    figure(empty.tables, -20, "k8s.pod.memory.working_set", "coder-1", 1024.0)
    return empty


def workload(service: Service, query: str = "") -> tuple[list[Json], list[str]]:
    answer = service.get(f"/api/v1/oracle/workload{query}")
    for one in answer["workload"]:
        validator("workload").validate(one)
    return answer["workload"], [*answer["issues"], *answer["unknown"]]


def test_what_runs_is_told_as_it_was_seen(cluster: Service) -> None:
    [found], issues = workload(cluster)
    assert found | {"pods": []} == {
        "deployment_name": "coder",
        "max_pods": 2,
        "live": {
            "active_pods": 1,
            "updated_at": iso(at(-61)),
            "image": "example/coder:1",
            "rolled_out_at": "2026-11-22T11:00:00",
        },
        "pods": [],
        "pod_max_ram": "256Mi",
        "pod_max_cpu": "500m",
    }
    assert [(p["pod_id"], p["cpu"], p["memory"], p["status"]) for p in found["pods"]] == [
        ("coder-1", 0.25, 1024.0, "Running"),
        ("coder-2", None, None, "Running"),
    ]
    assert issues == [
        "shop/coder: 1 of 2 pods are available",
        "pod shop/coder-2 is Running (CrashLoopBackOff, OOMKilled)",
        "cpu or memory was not measured of 1 pod: coder-2",
    ]


def test_the_past_is_told_as_it_was_seen_then(cluster: Service) -> None:
    [found], _ = workload(cluster, f"?at={iso(at(-45))}")
    assert [p["pod_id"] for p in found["pods"]] == ["coder-1"]


def test_a_pod_of_nothing_that_is_watched_is_missed_aloud(cluster: Service) -> None:
    see(cluster.tables, -20, "k8s.pod", "alone", phase="Running")
    [found], issues = workload(cluster)
    assert "alone" not in {p["pod_id"] for p in found["pods"]}
    assert "1 pod of no Deployment or StatefulSet that is seen: not shown" in issues


def test_what_is_gone_is_not_told(cluster: Service) -> None:
    see(cluster.tables, -5, "k8s.pod", "coder-2", is_gone=True)
    [found], _ = workload(cluster)
    assert [p["pod_id"] for p in found["pods"]] == ["coder-1"]


@pytest.mark.parametrize("state", ["unreachable", "refused"])
def test_a_cluster_that_is_away_is_told_as_it_was_last(cluster: Service, state: str) -> None:
    for seconds in (-25, -5):
        source(cluster.tables, seconds, PODS, state, message="no answer")
        coder(cluster.tables, seconds + 1, available=0)  # nothing may be taken from later
    [found], issues = workload(cluster)
    assert found["live"]["active_pods"] == 1
    assert {(p["cpu"], p["status"]) for p in found["pods"]} == {(None, "Unknown")}
    since = iso(at(-25))
    assert issues[0] == (
        f"kubernetes is {state} since {since}: no answer; "
        "workload is as it was seen last, without cpu and memory"
    )


def test_an_observer_that_says_nothing_any_more_is_told(cluster: Service) -> None:
    cluster.tables.command(
        "ALTER TABLE observed_things DELETE WHERE observed_at > {at:DateTime64(9)}"
        " SETTINGS mutations_sync = 1",
        parameters={"at": at(-200)},
    )
    [found], issues = workload(cluster)
    assert [p["status"] for p in found["pods"]] == ["Unknown"]
    assert issues[0].startswith(f"kubernetes is silent since {iso(at(-240))}")


def test_without_an_observer_or_a_cluster_there_is_a_reason(empty: Service) -> None:
    assert workload(empty) == ([], ["kubernetes was not observed"])
    source(empty.tables, -3000, PODS, "ok")
    coder(empty.tables, -3000)
    source(empty.tables, -20, PODS, "off")
    assert workload(empty) == ([], ["kubernetes is not observed (it is off)"])


def test_a_huge_cluster_is_cut_and_says_so(
    cluster: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(section, "MOST", 2)
    [found], issues = workload(cluster)
    assert [p["pod_id"] for p in found["pods"]] == ["coder-1"]
    assert issues[1] == "only the first 2 workloads and pods are told of"


def test_figures_that_nobody_measures_are_null_with_a_reason(cluster: Service) -> None:
    source(cluster.tables, -0.1, "kubernetes-metrics", "unreachable", message="404")
    [found], issues = workload(cluster)
    assert {(p["cpu"], p["memory"]) for p in found["pods"]} == {(None, None)}
    assert issues[-1] == (
        f"kubernetes-metrics is unreachable since {iso(at(-0.1))}: 404; "
        "cpu and memory of pods are not known"
    )


@pytest.mark.parametrize("odd", [-1.0, float("nan"), float("inf")])
def test_figures_that_cannot_be_are_null_with_a_reason(cluster: Service, odd: float) -> None:
    figure(cluster.tables, -10, "k8s.pod.cpu.usage", "coder-1", odd)
    [found], issues = workload(cluster)
    assert [(p["cpu"], p["memory"]) for p in found["pods"]] == [(None, 1024.0), (None, None)]
    assert issues[-1] == "cpu or memory was not measured of 2 pods: coder-1, coder-2"


def test_what_cannot_be_read_is_left_out_and_told(cluster: Service) -> None:
    see(cluster.tables, -20, "k8s.deployment", "", desired=1)
    see(cluster.tables, -20, "k8s.deployment", "odd", desired=-1)
    see(cluster.tables, -20, "k8s.pod", "strange", phase=["Running"])
    source(cluster.tables, -20, "other", "ok", message={})
    found, issues = workload(cluster)
    assert [one["deployment_name"] for one in found] == ["coder"]
    told = "what was recorded cannot be read of 3 things: shop/, shop/odd, pod shop/strange"
    assert told in issues


def test_the_schema_is_served_as_it_is_in_its_file(empty: Service) -> None:
    answer = empty.web.get("/api/v1/oracle/schema")
    assert answer.mimetype == "application/schema+json"
    assert answer.data == SCHEMA.read_bytes()
    Draft202012Validator.check_schema(json.loads(answer.data))
