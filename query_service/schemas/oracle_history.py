"""What `/api/v1/oracle/history` and `/diff` answer."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from query_service.schemas.base import Answer, field
from query_service.schemas.oracle import TIME
from query_service.schemas.oracle_state import OneSource

_BEFORE = "2026-11-22T11:36:55.756869"


class AgentThen(Answer):
    """An agent at a point of time."""

    name: str = field("As it calls itself, or as its Deployment names it", "Researcher")
    deployments: list[str] = field("Its Deployments", ["shop/researcher"])
    active_tasks: int = field("Tasks of its queues that it worked on", 1)
    waiting_tasks: int = field("Tasks of its queues that nobody had taken", 3)


class WorkloadThen(Answer):
    """A Deployment or StatefulSet at a point of time."""

    deployment_name: str = field("Its name", "coder")
    namespace: str = field("Its namespace", "shop")
    active_pods: int = field("Pods that were available", 1)
    max_pods: int = field("Pods that were wanted", 2)
    image: str | None = field("Image of its first container", "example/coder:1")
    pods: dict[str, int] = field("Its pods by status", {"Running": 2})
    restarts: int = field("Restarts of its pods' containers", 3)
    reasons: dict[str, int] = field(
        "Why pods did not run as they should, and of how many", {"OOMKilled": 1}
    )


class QueueThen(Answer):
    """A queue at a point of time."""

    name: str = field("Its topic", "agent-queue-researcher")
    pending_tasks: int = field("Tasks without an answer", 4)
    in_progress: int = field("Of these those that somebody worked on", 1)
    expired: int = field("Of these those beyond their time to live", 0)
    consumer_lag: int | None = field(
        "Messages that the slowest group had not consumed; null: nobody looked", 3
    )


class ModelThen(Answer):
    """A model at a point of time."""

    model: str = field("Its name", "claude-sonnet-4")
    provider: str = field("Who runs it", "anthropic")
    source: str = field("Who tells of it: litellm, ollama, spans", "litellm")
    health: Literal["healthy", "unstable", "failing"] | None = field(
        "By its last answers; null: not known"
    )
    rpm: float | None = field("Requests of the minute before; null: not known", 12)
    tpm: float | None = field("Tokens of the minute before; null: not known", 3400)


class Point(Answer):
    """The state at a point of time, in short."""

    at: str = field("The time", TIME)
    sources: dict[str, OneSource] = field("How each source was")
    agents: list[AgentThen] = field("Each agent that was known by then")
    workload: list[WorkloadThen] | None = field(
        "Each Deployment and StatefulSet; null: nobody saw them then"
    )
    queues: list[QueueThen] = field("Queues with pending tasks, or that were seen in Kafka")
    litellm: list[ModelThen] = field("Models")
    issues: list[str] = field(
        "What did not run as it should", ["shop/coder: 1 of 2 pods are available"]
    )
    unknown: list[str] = field(
        "What is null or not told, and why", ["kafka was not observed; consumer_lag is null"]
    )


class History(Answer):
    """States over time."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: str = Field(
        alias="from", description="The first point", json_schema_extra={"example": _BEFORE}
    )
    to: str = field("The last point", TIME)
    step_seconds: float = field("Between two points", 60)
    points: list[Point] = field("Each point, the oldest first")


class Change(Answer):
    """Something that is other than before."""

    section: Literal["sources", "agents", "workload", "queues", "litellm", "issues"] = field(
        "Of what"
    )
    name: str = field("Of which one", "shop/coder (Deployment)")
    change: Literal["added", "removed", "changed"] = field("What happened")
    attribute: str | None = field("What of it changed; null: all of it", "image")
    before: Any = field("What it was; null: not there, or not known", "example/coder:1")
    after: Any = field("What it is; null: not there, or not known", "example/coder:2")
    text: str = field(
        "The same in words", "workload shop/coder (Deployment): image was a:1, is a:2"
    )


class Diff(Answer):
    """What changed between two times."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    since: str = Field(
        alias="from", description="The first time", json_schema_extra={"example": _BEFORE}
    )
    to: str = field("The second time", TIME)
    changes: list[Change] = field("Each change")
    changes_omitted: int = field("Changes beyond the first 1,000", 0)
    text: str = field("All of it in words", "From … to …: nothing changed.")
    unknown: list[str] = field(
        "What is not known at one of the times, and why",
        ["kubernetes is not observed (it is off)"],
    )
