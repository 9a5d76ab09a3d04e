"""Deployments and StatefulSets with their pods, as the schema of the oracle has them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from query_service.db import Row
from query_service.models.oracle_source import Source
from query_service.models.values import iso

POD = "k8s.pod"
WORKLOADS = {"k8s.deployment": "Deployment", "k8s.statefulset": "StatefulSet"}
CPU, MEMORY = "k8s.pod.cpu.usage", "k8s.pod.memory.working_set"
STATUSES = {"Running", "Pending", "Failed", "Succeeded"}
_TROUBLE = ("Failed", "Pending")

Usage = Mapping[tuple[str, str], float]


def workload(things: Iterable[Row], figures: Iterable[Row], source: Source) -> list[dict[str, Any]]:
    """Each workload in the order of names; pods of a source that is away are `Unknown`."""
    used = {(row["uid"], row["metric"]): row["value"] for row in figures}
    pods: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    owners = []
    for row in things:
        seen = json.loads(row["attributes"])
        if row["kind"] == POD:
            owner = (seen.get("workload_kind", ""), row["namespace"], seen.get("workload", ""))
            pods[owner].append(_pod(row, seen, used, source.is_current))
        else:
            owners.append(((WORKLOADS[row["kind"]], row["namespace"], row["name"]), row, seen))
    return [_workload(row, seen, pods[key]) for key, row, seen in owners]


def troubles(things: Iterable[Row]) -> list[str]:
    """Sentences about workloads and pods that do not run as they should."""
    told = []
    for row in things:
        seen = json.loads(row["attributes"])
        where = f"{row['namespace']}/{row['name']}"
        if row["kind"] != POD:
            told += [f"{where}: {_running(row, seen)} of {seen['desired']} pods are available"] * (
                _running(row, seen) < seen["desired"]
            )
            continue
        reasons = [seen.get("reason"), *_ends(seen)]
        why = ", ".join(dict.fromkeys(filter(None, reasons)))
        if seen["phase"] in _TROUBLE or why:
            told.append(f"pod {where} is {seen['phase']}{f' ({why})' if why else ''}")
    return told


def _ends(seen: dict[str, Any]) -> list[str]:
    """Why containers ended that did not start well since."""
    return [
        container["last_reason"]
        for container in seen.get("containers", ())
        if "last_reason" in container and not container.get("ready")
    ]


def _running(row: Row, seen: dict[str, Any]) -> int:
    return int(seen["available" if row["kind"] == "k8s.deployment" else "ready"])


def _workload(row: Row, seen: dict[str, Any], pods: list[dict[str, Any]]) -> dict[str, Any]:
    live = {
        "active_pods": _running(row, seen),
        "updated_at": iso(row["last_seen"]),
        "image": next(iter(seen.get("images", ())), None),
        "rolled_out_at": _plain(seen.get("rolled_out_at")),
    }
    found = {
        "deployment_name": row["name"],
        "max_pods": seen["desired"],
        "live": _present(live),
        "pods": pods,
        "pod_max_ram": seen.get("max_memory"),
        "pod_max_cpu": seen.get("max_cpu"),
    }
    return _present(found)


def _pod(row: Row, seen: dict[str, Any], used: Usage, is_current: bool) -> dict[str, Any]:
    status = seen["phase"] if is_current and seen["phase"] in STATUSES else "Unknown"
    return {
        "pod_id": row["name"],
        "cpu": used.get((row["uid"], CPU)) if is_current else None,
        "memory": used.get((row["uid"], MEMORY)) if is_current else None,
        "status": status,
        "updated_at": iso(row["last_seen"]),
    }


def _plain(time: str | None) -> str | None:
    """A time of Kubernetes as ours: UTC without a zone."""
    return time.removesuffix("Z") if time else None


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
