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
    reasons: list[str] = field(
        "In a state with strict=false: why it does not run", ["OOMKilled"], sometimes=True
    )
    restarts: int = field("With strict=false: of its containers", 0, sometimes=True)
    node: str | None = field("With strict=false: where it runs", "node-1", sometimes=True)


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
    namespace: str = field("In a state with strict=false: its namespace", "shop", sometimes=True)
    kind: str = field("With strict=false: what it is", "Deployment", sometimes=True)


class Workload(Answer):
    """What runs in the cluster."""

    workload: list[OneWorkload] = field("Each Deployment and StatefulSet, by namespace and name")
    issues: list[str] = field(
        "What does not run as it should", ["shop/coder: 1 of 2 pods are available"]
    )
    unknown: list[str] = field(
        "What is not known or not shown, and why",
        ["kubernetes-metrics is off; cpu and memory of pods are not known"],
    )


class Model(Answer):
    """A model; what was not observed is null, or left out where the schema does not ask for it."""

    model: str = field("Its name, as agents call it", "gpt-5")
    provider: str = field("Whose it is; `unknown` where nobody says", "openai")
    tpm_max: float | None = field("Tokens that it may take in a minute", 100000.0)
    rpm_max: float | None = field("Requests that it may take in a minute", 1000.0)
    tpm: float | None = field("Tokens in the last minute", 5210)
    rpm: float | None = field("Requests in the last minute", 12)
    payment_type: Literal["prepaid", "postpaid", "free"] | None = field(
        "How it is paid for", sometimes=True
    )
    input_context: int | None = field("Most tokens in", 128000, sometimes=True)
    output_context: int | None = field("Most tokens out", 16384, sometimes=True)
    output_dim: int | None = field("Numbers of an embedding", 1536, sometimes=True)
    input_types: list[str] | None = field("What it takes", ["text", "image"], sometimes=True)
    output_types: list[str] | None = field("What it gives", ["text"], sometimes=True)


class Llm(Answer):
    """Models and how much they do."""

    litellm: list[Model] = field("Each model")
    issues: list[str] = field(
        "What is wrong with models", ["gpt-5 has used 96,000 of 100,000 tokens a minute (96%)"]
    )
    unknown: list[str] = field(
        "What is not known, and why",
        ["no gateway tells the limits of 1 model: gpt-5"],
    )
