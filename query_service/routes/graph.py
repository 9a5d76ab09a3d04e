"""`/api/v1/graph`: who hands work to whom over a window."""

from datetime import timedelta
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.models.edges import edges, nodes
from query_service.models.parameters.handoffs import GraphQuery
from query_service.models.values import normalise
from query_service.routes.context import Moment, database, moment
from query_service.routes.paging import window
from query_service.routes.tail import Tail, tail_of
from query_service.routes.waiting import (
    last_seen,
    lately_query,
    seen_of,
    topics_query,
    variant,
)
from query_service.schemas.graph import Graph

blueprint = APIBlueprint(
    "graph", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Queues and agents")]
)
WINDOW = timedelta(hours=1)
PLACES = ("places", "passed", "begins")


@blueprint.get("/graph", summary="Who hands work to whom", responses={200: Graph})
def graph(query: GraphQuery) -> dict[str, Any]:
    """Agents, and the tasks that each sent to each in a window, with what became of them."""
    asked = moment(query.at)
    chosen = window(query.model_copy(update={"since": query.since or WINDOW}), asked)
    times = {"from": chosen["since"], "until": chosen["until"]}
    agent = {"agent": normalise(query.agent_name or "")}
    [came], topics = database().together(("queues/tail", {}), topics_query(asked))
    uncounted = tail_of(asked, came)
    untold = {n: v for n, v in uncounted.parameters(asked).items() if n in ("since", "whole")}
    known = last_seen(asked, topics)
    places = {n: v for n, v in seen_of(asked, known, []).parameters.items() if n in PLACES}
    asking = {**asked.parameters, **places, **times, **agent}
    waiting = [(f"graph/{name}", asking) for name in _waiting(asked, uncounted)]
    answered, *parts = database().together(
        (
            "graph/answered" + ("_settled" if uncounted.settled else ""),
            {"at": asked.parameters["at"], **untold, **times, **agent},
        ),
        *waiting,
        *lately_query(asked, known),
    )
    waits = [row for part in parts[: len(waiting)] for row in part]
    lately = [row for part in parts[len(waiting) :] for row in part]
    found = edges(answered, waits, seen_of(asked, known, lately).wait)
    return {
        "since": chosen["since"].replace(" ", "T"),
        "nodes": nodes(found),
        "edges": found[: query.limit],
        "edges_omitted": len(found[query.limit :]),
    }


def _waiting(asked: Moment, uncounted: Tail) -> list[str]:
    """The SQL files for tasks without an answer, whose rows are to be added up."""
    if asked.is_past and uncounted.looked and uncounted.settled:
        return ["open_settled", "answered_later"]
    return [f"open_{variant(asked, uncounted.looked)}"]
