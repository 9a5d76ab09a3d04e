"""Deployments and StatefulSets with their pods, as the schema of the oracle has them."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from query_service.db import Row
from query_service.models.oracle_things import Pod, Workload, seen
from query_service.models.values import iso

POD, DEPLOYMENT, STATEFULSET = "k8s.pod", "k8s.deployment", "k8s.statefulset"
WORKLOADS = {DEPLOYMENT: "Deployment", STATEFULSET: "StatefulSet"}
CPU, MEMORY = "k8s.pod.cpu.usage", "k8s.pod.memory.working_set"
STATUSES = {"Running", "Pending", "Failed", "Succeeded"}
_TROUBLE = ("Failed", "Pending")

Usage = Mapping[tuple[str, str], float]
Json = dict[str, Any]


@dataclass
class Cluster:
    """Workloads in the order of names, with what is ours of each; what is wrong with them; names of
    what `cannot_be_read`, and how many pods are `alone`: of no workload that is seen."""

    items: list[Json] = field(default_factory=list)
    ours: list[Json] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    cannot_be_read: list[str] = field(default_factory=list)
    alone: int = 0


def cluster(things: Iterable[Row], figures: Iterable[Row], is_current: bool) -> Cluster:
    """What runs; pods of a source that is away are `Unknown`."""
    used = {(row["uid"], row["metric"]): row["value"] for row in figures}
    pods: dict[tuple[str, str, str], list[tuple[Json, Json]]] = defaultdict(list)
    told, owners = Cluster(), list[tuple[Row, Workload]]()
    for row in things:
        where = f"{row['namespace']}/{row['name']}"
        if row["kind"] == POD:
            if (pod := seen(Pod, row)) is None:
                told.cannot_be_read.append(f"pod {where}")
                continue
            owner = pod.workload_kind, row["namespace"], pod.workload
            pods[owner].append(_pod(row, pod, used, is_current))
            told.troubles += pod_troubles(where, pod)
        elif (workload := seen(Workload, row)) is None:
            told.cannot_be_read.append(where)
        else:
            owners.append((row, workload))
            told.troubles += workload_troubles(where, workload, running(row, workload))
    for row, workload in owners:
        own = pods.pop((WORKLOADS[row["kind"]], row["namespace"], row["name"]), [])
        told.items.append(_workload(row, workload, [item for item, _ in own]))
        told.ours.append(
            {
                "namespace": row["namespace"],
                "kind": WORKLOADS[row["kind"]],
                "pods": [ours for _, ours in own],
            }
        )
    told.alone = sum(map(len, pods.values()))
    return told


def workload_troubles(where: str, workload: Workload, available: int) -> Iterator[str]:
    """What is wrong with a workload, in words."""
    if available < workload.desired:
        why = f": {workload.problem}" if workload.problem else ""
        yield f"{where}: {available} of {workload.desired} pods are available{why}"


def reasons(pod: Pod) -> list[str]:
    """Why a pod does not run, and why containers ended that did not start well since."""
    found = [pod.reason, *(one.last_reason for one in pod.containers if not one.ready)]
    return list(dict.fromkeys(filter(None, found)))


def pod_troubles(where: str, pod: Pod) -> Iterator[str]:
    """What is wrong with a pod, in words."""
    why = ", ".join(reasons(pod))
    if pod.phase in _TROUBLE or why:
        yield f"pod {where} is {pod.phase}{f' ({why})' if why else ''}"


def running(row: Row, workload: Workload) -> int:
    """How many of its pods run."""
    return workload.available if row["kind"] == DEPLOYMENT else workload.ready


def _workload(row: Row, workload: Workload, pods: list[Json]) -> Json:
    live = {
        "active_pods": running(row, workload),
        "updated_at": iso(row["last_seen"]),
        "image": next(iter(workload.images), None),
        "rolled_out_at": workload.rolled_out_at,
    }
    found = {
        "deployment_name": row["name"],
        "max_pods": workload.desired,
        "live": _present(live),
        "pods": pods,
        "pod_max_ram": workload.max_memory,
        "pod_max_cpu": workload.max_cpu,
    }
    return _present(found)


def _pod(row: Row, pod: Pod, used: Usage, is_current: bool) -> tuple[Json, Json]:
    item = {
        "pod_id": row["name"],
        "cpu": _amount(used.get((row["uid"], CPU))) if is_current else None,
        "memory": _amount(used.get((row["uid"], MEMORY))) if is_current else None,
        "status": pod.phase if is_current and pod.phase in STATUSES else "Unknown",
        "updated_at": iso(row["last_seen"]),
    }
    ours = {"reasons": reasons(pod), "restarts": pod.restarts, "node": pod.node}
    return item, ours


def _amount(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) and value >= 0 else None


def _present(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
