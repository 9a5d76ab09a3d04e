"""What `/api/v1/oracle` answers."""

from typing import Literal

from query_service.schemas.base import Answer, field

TIME = "2026-11-22T11:51:55.756869"


class Pod(Answer):
    """A pod; what was not measured is null."""

    pod_id: str = field("Its name", "coder-7c9d8b6f5d-x2x7k")
    cpu: float | None = field("Cores in use", 0.25)
    memory: float | None = field("Bytes in use", 134217728.0)
    status: Literal["Running", "Pending", "Failed", "Succeeded", "Unknown"] = field("Its phase")
    updated_at: str = field("When it was seen so", TIME)


class Live(Answer):
    """How a workload runs."""

    active_pods: int = field("Pods that are available", 2)
    updated_at: str = field("When it was seen so", TIME)
    image: str | None = field("Image of its first container", "example/coder:1", sometimes=True)
    rolled_out_at: str | None = field(
        "When its newest pods were available", "2026-11-22T11:40:00", sometimes=True
    )


class OneWorkload(Answer):
    """A Deployment or StatefulSet."""

    deployment_name: str = field("Its name", "coder")
    max_pods: int = field("Pods that are wanted", 2)
    live: Live = field("How it runs")
    pods: list[Pod] = field("Its pods")
    pod_max_ram: str | None = field("Limit of memory of a pod", "256Mi", sometimes=True)
    pod_max_cpu: str | None = field("Limit of CPU of a pod", "500m", sometimes=True)


class Workload(Answer):
    """What runs in the cluster."""

    workload: list[OneWorkload] = field("Each Deployment and StatefulSet, by namespace and name")
    issues: list[str] = field(
        "What does not run as it should, and why something is not known",
        ["shop/coder: 1 of 2 pods are available"],
    )
