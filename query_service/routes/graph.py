"""`/api/v1/graph`: who hands work to whom over a window."""

from datetime import timedelta
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.models.edges import edges, nodes
from query_service.models.parameters.handoffs import GraphQuery
from query_service.models.values import normalise
from query_service.routes.context import database, moment
from query_service.routes.paging import window
from query_service.routes.tail import tail
from query_service.routes.waiting import seen_topics, topics_query, variant
from query_service.schemas.graph import Graph

blueprint = APIBlueprint(
    "graph", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Queues and agents")]
)
WINDOW = timedelta(hours=1)


@blueprint.get("/graph", summary="Who hands work to whom", responses={200: Graph})
def graph(query: GraphQuery) -> dict[str, Any]:
    """Agents, and the tasks that each sent to each in a window, with what became of them."""
    asked = moment(query.at)
    chosen = window(query.model_copy(update={"since": query.since or WINDOW}), asked)
    times = {"from": chosen["since"], "until": chosen["until"]}
    agent = {"agent": normalise(query.agent_name or "")}
    uncounted = tail(asked)
    untold = {n: v for n, v in uncounted.parameters(asked).items() if n in ("since", "whole")}
    answered, topics = database().together(
        ("graph/answered", {"at": asked.parameters["at"], **untold, **times, **agent}),
        topics_query(asked),
    )
    seen = seen_topics(asked, topics, uncounted.looked)
    waiting = database().rows(
        f"graph/open_{variant(asked, seen.looked)}",
        {**asked.parameters, **seen.parameters, **times, **agent},
    )
    found = edges(answered, waiting)
    return {
        "since": chosen["since"].replace(" ", "T"),
        "nodes": nodes(found),
        "edges": found[: query.limit],
        "edges_omitted": len(found[query.limit :]),
    }
