"""`/metrics`: figures of the service itself, for Prometheus."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from query_service.telemetry import figures

blueprint = APIBlueprint("figures", __name__, abp_tags=[Tag(name="Health")])
_EXAMPLE = "agent_telemetry_live_clients 3.0\n"
_TEXT = {"text/plain": {"schema": {"type": "string", "example": _EXAMPLE}}}


@blueprint.get("/metrics", summary="Figures for Prometheus", responses={200: {"content": _TEXT}})
def metrics() -> Response:
    """Requests, queries and live streams of all processes of this service, as Prometheus reads
    them."""
    return Response(figures.text(), content_type=CONTENT_TYPE_PLAIN_0_0_4)
