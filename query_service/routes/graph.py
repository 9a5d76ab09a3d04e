"""`/api/v1/graph`: who hands work to whom over a window."""

from datetime import timedelta
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.models.edges import edges, nodes, sort_key
from query_service.models.parameters.handoffs import GraphQuery
from query_service.models.values import normalise
from query_service.routes.context import bound, database
from query_service.routes.open_tasks import OpenTasks, open_tasks
from query_service.routes.paging import cut, opened, window
from query_service.routes.tail import Tail, tail_of
from query_service.routes.waiting import (
    last_seen,
    lately_query,
    seen_of,
    topics_query,
)
from query_service.schemas.graph import Graph

blueprint = APIBlueprint(
    "graph", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Queues and agents")]
)
WINDOW = timedelta(hours=1)
Query = tuple[str, dict[str, Any]]
PLACES = ("places", "passed", "begins")


@blueprint.get("/graph", summary="Who hands work to whom", responses={200: Graph})
def graph(query: GraphQuery) -> dict[str, Any]:
    """Agents, and the tasks that each sent to each in a window, with what became of them."""
    asked, page = opened(query, query.cursor)
    chosen = window(query.model_copy(update={"since": query.since or WINDOW}), asked)
    times = {"from": chosen["since"], "until": chosen["until"]}
    agent = {"agent": normalise(query.agent_name or "")}
    [came], topics = database().together(("queues/tail", {}), topics_query(asked))
    tail = tail_of(asked, came)
    waiting_tasks = open_tasks(asked, tail, since=times["from"])
    known = last_seen(topics)
    places = {n: v for n, v in seen_of(asked, known, []).parameters.items() if n in PLACES}
    asking = {**asked.parameters, **places, **times, **agent}
    waiting = _waiting(asking, waiting_tasks)
    answered, *parts = database().together(
        _answered({"at": asked.parameters["at"], **times, **agent}, tail),
        *waiting,
        *lately_query(asked, known),
    )
    waits = [row for part in parts[: len(waiting)] for row in part]
    lately = [row for part in parts[len(waiting) :] for row in part]
    found = edges(answered, waits, seen_of(asked, known, lately).wait)
    order = query.sort.removeprefix("-")
    shown, following = cut(
        found, query.limit, page, lambda edge: sort_key(order, edge), order != "agent"
    )
    return {
        "since": chosen["since"].replace(" ", "T"),
        "nodes": nodes(found),
        "edges": shown,
        "edges_omitted": len(found) - len(shown),
        "next_cursor": following,
    }


def _answered(asking: dict[str, Any], tail: Tail) -> Query:
    """The query for answered tasks."""
    if tail.settled:
        return "graph/answered_settled", asking
    return "graph/answered", {**asking, "since": bound(tail.since), "whole": tail.whole}


def _waiting(asking: dict[str, Any], known: OpenTasks) -> list[Query]:
    """The queries for tasks without an answer, whose rows are to be added up."""
    if not known.is_plain:
        return [(f"graph/open_{known.variant}", asking)]
    queries = [("graph/open_settled", {**asking, **known.told})]
    if known.later:
        queries.append(("graph/answered_later", {**asking, **known.told_later}))
    return queries
