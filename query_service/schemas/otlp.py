"""What `/api/v1/otlp` answers."""

from typing import Literal

from query_service.schemas.base import Answer, field


class OtlpMetrics(Answer):
    """What came by OTLP, in the words of the earlier system's exporter; null: nobody counts it."""

    spans_exported: int = field("Spans stored, those of the JSON topics too", 1200)
    spans_failed: int | None = field("Not counted by span: see batches_failed", None)
    batches_exported: int = field("OTLP requests stored (Kafka records)", 40)
    batches_failed: int = field("OTLP requests that lie in dead_letters", 0)
    queue_drops: int = field("OTLP requests that Kafka dropped before they were stored", 0)
    retries: int | None = field("Not counted", None)
    queue_size: int | None = field("OTLP requests that wait in Kafka; null when not known", 0)
    batch_size: int | None = field("Each sender's own", None)


class OtlpConfig(Answer):
    """Settings of the earlier system's exporter: each sender has its own now."""

    batch_size: int | None = field("Each sender's own", None)
    batch_timeout_seconds: float | None = field("Each sender's own", None)
    compression: str | None = field("Each sender's own", None)
    service_name: str | None = field("Each sender's own", None)


class OtlpStatus(Answer):
    """Whether the Collector takes OTLP, and what has come that way."""

    status: Literal["active", "unreachable"] = field("Whether the Collector answers")
    endpoint: str = field("Where it takes OTLP over HTTP", "http://127.0.0.1:4318")
    metrics: OtlpMetrics = field("What came")
    config: OtlpConfig = field("Nothing is set here any more")
