"""What is kept of Deployments, StatefulSets and pods, out of the JSON of the API.

Fields that the server leaves out are absent here too: nothing is made up.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from kubernetes.utils.quantity import parse_quantity
from opentelemetry.semconv._incubating.metrics.k8s_metrics import (
    K8S_CONTAINER_CPU_LIMIT,
    K8S_CONTAINER_MEMORY_LIMIT,
)

from query_service.observer.k8s.api import Json
from query_service.observer.things import Figure, Figures, Key

DEPLOYMENT, STATEFULSET, POD = "k8s.deployment", "k8s.statefulset", "k8s.pod"
MARKS = "oracle-monitor/"
"""Labels and annotations that say what agent a Deployment is."""
PHASES = {"Pending": 1, "Running": 2, "Succeeded": 3, "Failed": 4, "Unknown": 5}
"""As the Collector's k8sclusterreceiver counts them."""
_HASH = "pod-template-hash"


@dataclass(frozen=True)
class Seen:
    """A thing with its figures."""

    key: Key
    attributes: dict[str, Any]
    figures: Figures = field(default_factory=dict)


def deployment(item: Json) -> Seen:
    """A Deployment: `rolled_out_at` is when its newest pods were all available."""
    seen = _workload(DEPLOYMENT, item)
    status = item.get("status", {})
    for condition in status.get("conditions", []):
        if condition.get("reason") == "NewReplicaSetAvailable":
            seen.attributes["rolled_out_at"] = condition.get("lastUpdateTime")
        if condition["type"] in ("Progressing", "ReplicaFailure") and (
            (condition["status"] == "True") == (condition["type"] == "ReplicaFailure")
        ):
            seen.attributes["problem"] = f"{condition.get('reason')}: {condition.get('message')}"
    figures = {
        Figure("k8s.deployment.desired", seen.key): seen.attributes["desired"],
        Figure("k8s.deployment.available", seen.key): seen.attributes["available"],
    }
    return Seen(seen.key, seen.attributes, figures)


def stateful_set(item: Json) -> Seen:
    """A StatefulSet."""
    seen = _workload(STATEFULSET, item)
    figures = {
        Figure("k8s.statefulset.desired_pods", seen.key): seen.attributes["desired"],
        Figure("k8s.statefulset.ready_pods", seen.key): seen.attributes["ready"],
    }
    return Seen(seen.key, seen.attributes, figures)


def pod(item: Json) -> Seen:
    """A pod: `reason` is why it does not run as it should, `workload` what it belongs to."""
    key = _key(POD, item)
    spec, status = item.get("spec", {}), item.get("status", {})
    phase = status.get("phase", "Unknown")
    of_name = {c["name"]: c for c in status.get("containerStatuses", [])}
    containers = [_container(c, of_name.get(c["name"], {})) for c in spec.get("containers", [])]
    reasons = [status.get("reason"), *(c.get("reason") for c in containers)]
    kind, workload = _owner(item)
    attributes = {
        "phase": phase,
        "reason": next(filter(None, reasons), None),
        "ready": any(
            c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions", [])
        ),
        "is_ending": "deletionTimestamp" in item["metadata"],
        "restarts": sum(c.get("restarts", 0) for c in containers),
        "started_at": status.get("startTime"),
        "node": spec.get("nodeName"),
        "workload_kind": kind,
        "workload": workload,
        "containers": containers,
    }
    return Seen(key, _present(attributes), _pod_figures(key, phase, spec, of_name))


def usage(item: Json) -> tuple[str, str, Decimal | None, Decimal | None]:
    """Namespace, name, cores and bytes in use of a pod, out of its PodMetrics; None where these do
    not tell of each container."""
    used = [container["usage"] for container in item["containers"]]
    metadata = item["metadata"]
    return metadata["namespace"], metadata["name"], _total(used, "cpu"), _total(used, "memory")


def _total(used: list[Json], name: str) -> Decimal | None:
    if not used or not all(name in one for one in used):
        return None
    return sum((parse_quantity(one[name]) for one in used), Decimal(0))


def _workload(kind: str, item: Json) -> Seen:
    metadata, spec, status = item["metadata"], item["spec"], item.get("status", {})
    template = spec["template"]["spec"]
    marks = {**metadata.get("annotations", {}), **metadata.get("labels", {})}
    attributes = {
        "desired": spec.get("replicas", 1),
        "ready": status.get("readyReplicas", 0),
        "available": status.get("availableReplicas", 0),
        "updated": status.get("updatedReplicas", 0),
        "images": [container.get("image") for container in template["containers"]],
        "max_cpu": _limit(template["containers"], "cpu"),
        "max_memory": _limit(template["containers"], "memory"),
        "created_at": metadata.get("creationTimestamp"),
        "marks": {k.removeprefix(MARKS): v for k, v in marks.items() if k.startswith(MARKS)},
    }
    return Seen(_key(kind, item), _present(attributes))


def _container(spec: Json, status: Json) -> dict[str, Any]:
    waiting = status.get("state", {}).get("waiting", {})
    ended = status.get("state", {}).get("terminated", {})
    before = status.get("lastState", {}).get("terminated", {})
    return _present(
        {
            "name": spec["name"],
            "image": spec.get("image"),
            "ready": status.get("ready"),
            "restarts": status.get("restartCount"),
            "reason": waiting.get("reason") or ended.get("reason"),
            "message": (waiting.get("message") or ended.get("message") or "")[:300] or None,
            "last_reason": before.get("reason"),
            "last_exit_code": before.get("exitCode"),
            "last_ended_at": before.get("finishedAt"),
        }
    )


def _pod_figures(key: Key, phase: str, spec: Json, of_name: dict[str, Json]) -> Figures:
    figures = {Figure("k8s.pod.phase", key): float(PHASES.get(phase, PHASES["Unknown"]))}
    for container in spec.get("containers", []):
        name = container["name"]
        limits = container.get("resources", {}).get("limits", {})
        for metric, limit in (
            (K8S_CONTAINER_CPU_LIMIT, limits.get("cpu")),
            (K8S_CONTAINER_MEMORY_LIMIT, limits.get("memory")),
        ):
            if limit is not None:
                figures[Figure(metric, key, name)] = float(parse_quantity(limit))
        if status := of_name.get(name):
            figures[Figure("k8s.container.restarts", key, name)] = float(status["restartCount"])
            figures[Figure("k8s.container.ready", key, name)] = float(status["ready"])
    return figures


def _limit(containers: list[Json], resource: str) -> str | None:
    """What the containers of a pod may use together; None when one of them has no limit."""
    limits = [c.get("resources", {}).get("limits", {}).get(resource) for c in containers]
    if not limits or None in limits:
        return None
    if len(limits) == 1:
        return str(limits[0])
    return f"{sum((parse_quantity(limit) for limit in limits), Decimal(0)).normalize():f}"


def _owner(item: Json) -> tuple[str | None, str | None]:
    """Kind and name of what made a pod; of a ReplicaSet its Deployment."""
    for owner in item["metadata"].get("ownerReferences", []):
        if owner.get("controller"):
            template = item["metadata"].get("labels", {}).get(_HASH)
            if owner["kind"] == "ReplicaSet" and template:
                return "Deployment", owner["name"].removesuffix(f"-{template}")
            return owner["kind"], owner["name"]
    return None, None


def _key(kind: str, item: Json) -> Key:
    metadata = item["metadata"]
    return Key(kind, metadata["namespace"], metadata["name"], metadata["uid"])


def _present(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}
