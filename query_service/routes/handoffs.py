"""`/api/v1/handoffs`: who gave work to whom."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.models.handoff import handoff
from query_service.models.parameters import HandoffsQuery
from query_service.models.values import normalise
from query_service.routes.context import database, moment

blueprint = APIBlueprint(
    "handoffs", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Queues and agents")]
)


@blueprint.get("/handoffs", summary="Handoffs, newest first")
def handoffs(query: HandoffsQuery) -> dict[str, Any]:
    """Each handoff once: its record, or the task that was sent."""
    rows = database().rows(
        "handoffs/list",
        {
            "at": moment(query.at).parameters["at"],
            "trace_id": query.trace_id or "",
            "agent": normalise(query.agent_name or ""),
            "limit": max(query.limit, 1),  # one row at least: it has the total
        },
    )
    return {
        "total": rows[0]["total"] if rows else 0,
        "handoffs": [handoff(row) for row in rows[: query.limit]],
    }
