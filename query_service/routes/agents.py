"""`/api/v1/agents`: every agent that anything is known of."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.models.agent import agent
from query_service.models.parameters import AtQuery
from query_service.routes.context import database, moment

blueprint = APIBlueprint(
    "agents", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Queues and agents")]
)


@blueprint.get("/agents", summary="All agents")
def agents(query: AtQuery) -> dict[str, Any]:
    """Agents by their queue's name, with what they sent, got, did and failed at."""
    asked = moment(query.at)
    rows = database().rows("agents/list", {**asked.parameters, "open_only": not asked.is_past})
    return {"agents": [agent(row) for row in rows]}
