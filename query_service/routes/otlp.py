"""`/api/v1/otlp` and `/api/v1/sampling`: what the earlier system's exporter and sampler told."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.errors import Gone, NotYet
from query_service.models.health import pipeline
from query_service.models.parameters.lists import TracePath
from query_service.routes.context import bound, context, database
from query_service.routes.probes import probe_all
from query_service.schemas.otlp import OtlpStatus

blueprint = APIBlueprint("otlp", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="OTLP")])


@blueprint.get("/otlp/status", summary="How OTLP comes in", responses={200: OtlpStatus})
def otlp_status() -> dict[str, Any]:
    """Whether the Collector takes OTLP, and what has come that way."""
    settings = context().settings
    is_up = probe_all(settings)["collector"]["status"] == "up"
    counts = database().rows("otlp/counts")[0]
    now = context().clock()
    groups = pipeline(database().rows("health/lag", {"now": bound(now)}), now)["groups"]
    lags = [group["lag"] for group in groups if "-otlp-" in group["group"]]
    return {
        "status": "active" if is_up else "unreachable",
        "endpoint": settings.otel_exporter_otlp_endpoint,
        "metrics": {
            "spans_exported": counts["spans"],
            "spans_failed": None,
            "batches_exported": counts["stored"],
            "batches_failed": counts["dead"],
            "queue_drops": counts["gone"],
            "retries": None,
            "queue_size": None if None in lags or not lags else sum(lags),
            "batch_size": None,
        },
        "config": {
            "batch_size": None,
            "batch_timeout_seconds": None,
            "compression": None,
            "service_name": None,
        },
    }


@blueprint.post("/otlp/flush", summary="Gone", responses={410: None})
def flush() -> None:
    """Nothing waits to be flushed. Raises Gone."""
    raise Gone(
        "Nothing is held back: an OTLP request is answered once Kafka has it. What the tables do "
        "not have yet: pipeline.lag of GET /health"
    )


@blueprint.post("/otlp/export-trace/<trace_id>", summary="Gone", responses={410: None})
def export_trace(path: TracePath) -> None:
    """Traces are not sent on from here. Raises Gone."""
    raise Gone(
        f"The trace itself: GET /api/v1/traces/{path.trace_id}. To pass traces on to another "
        "backend, give the Collector another exporter (otel-collector/gateway.yaml)"
    )


_NOT_SAMPLED = "Nothing is sampled: every span that comes is kept"


@blueprint.get("/sampling/metrics", summary="Not there yet", responses={501: None})
def sampling_metrics() -> None:
    """Raises NotYet."""
    raise NotYet(_NOT_SAMPLED)


@blueprint.post("/sampling/configure", summary="Not there yet", responses={501: None})
def sampling_configure() -> None:
    """Raises NotYet."""
    raise NotYet(_NOT_SAMPLED)


@blueprint.post("/sampling/reset-metrics", summary="Not there yet", responses={501: None})
def sampling_reset() -> None:
    """Raises NotYet."""
    raise NotYet(_NOT_SAMPLED)
