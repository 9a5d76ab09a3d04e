"""What `/health` answers."""

from typing import Literal

from pydantic import Field

from query_service.schemas.base import Answer, field

TIME = "2026-11-22T11:51:55.756869"


class Part(Answer):
    """One part that was probed."""

    status: Literal["up", "down"] = field("Whether it answers within 2 s")
    latency_ms: float = field("How long its answer took, when it is up", 1.7, sometimes=True)
    detail: str = field("What failed, when it is down", "ConnectError", sometimes=True)


class Parts(Answer):
    """The parts that are probed directly."""

    clickhouse: Part = field("The database: without it nothing can be answered")
    kafka: Part = field("One bootstrap server")
    collector: Part = field("The Collector's health check")


class Schema(Answer):
    """How new the tables are."""

    version: int = field("Number of the newest migration applied; 0 when not known", 15)
    expected: int = field("Number of the newest migration that this service knows", 15)


class Group(Answer):
    """One consumer group of the ingester."""

    group: str = field("Consumer group", "agent-telemetry-ingester-json")
    lag: int | None = field("Records that wait for it; null when the sample is too old", 0)
    partitions: int = field("Partitions counted", 12)
    observed_at: str = field("Time of the sample", TIME)
    unknown_since: str | None = field("Time of the last sample when it is too old", None)


class Pipeline(Answer):
    """How far the ingester is behind."""

    lag: int | None = field("Records that wait in all; null when not known", 0)
    observed_at: str | None = field("Time of the newest sample; null without any", TIME)
    unknown_since: str | None = field("Time of the newest sample when it is too old", None)
    groups: list[Group] = field("Each consumer group of the ingester")


class Health(Answer):
    """What is up, and how far behind the pipeline is."""

    status: Literal["healthy", "degraded", "unhealthy"] = field(
        "unhealthy: nothing can be answered; degraded: answers may be behind"
    )
    timestamp: str = field("Time of the answer", TIME)
    active_connections: int = field("Live connections of this process", 3)
    parts: Parts = field("What was probed")
    schema_: Schema = Field(alias="schema", description="How new the tables are")
    pipeline: Pipeline = field("What waits for the ingester")
