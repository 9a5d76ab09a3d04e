"""`/health`: what is up, and how far behind the pipeline is."""

from typing import Any

from clickhouse_connect.driver.exceptions import ClickHouseError
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from clickhouse.migrate import migrations
from query_service.access.roles import public
from query_service.db import Row
from query_service.errors import AgentTelemetryError
from query_service.models.health import pipeline, status
from query_service.models.values import iso
from query_service.routes.context import bound, context
from query_service.routes.live import hub
from query_service.routes.probes import probe_all
from query_service.schemas.health import Health

blueprint = APIBlueprint("health", __name__, abp_tags=[Tag(name="Health")])


def _rows(name: str, parameters: dict[str, str]) -> list[Row]:
    """The rows, or none: health answers also when the database cannot."""
    try:
        return context().database.rows(name, parameters)
    except (AgentTelemetryError, ClickHouseError):
        return []


@blueprint.get("/health", summary="Health of the parts", responses={200: Health})
@public
def health() -> dict[str, Any]:
    """Always 200 while the service runs; `status` says how the rest is."""
    now = context().clock()
    parts = probe_all(context().settings)
    is_up = parts["clickhouse"]["status"] == "up"
    schema = _rows("health/schema", {}) if is_up else []
    lag = pipeline(_rows("health/lag", {"now": bound(now)}) if is_up else [], now)
    version = schema[0]["version"] if schema else 0
    expected = migrations()[-1].number
    return {
        "status": status(parts, version >= expected, lag["lag"]),
        "timestamp": iso(now),
        "active_connections": hub().streams,
        "parts": parts,
        "schema": {"version": version, "expected": expected},
        "pipeline": lag,
    }
