"""`/api/v1/graph`: who hands work to whom over a window."""

from datetime import timedelta
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.models.edges import edges, nodes, sort_key, tell_times
from query_service.models.parameters.handoffs import GraphQuery
from query_service.models.values import normalise
from query_service.routes.context import bound, database
from query_service.routes.graph_answers import settled_answers
from query_service.routes.open_tasks import OpenTasks, of_one_moment, open_tasks
from query_service.routes.paging import cut, opened, window
from query_service.routes.queue_states import of_edges
from query_service.routes.tail import Tail, tail_of
from query_service.routes.waiting import (
    Seen,
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
@of_one_moment
def graph(query: GraphQuery) -> dict[str, Any]:
    """Agents, and the tasks that each sent to each in a window, with what became of them."""
    asked, page = opened(query, query.cursor)
    chosen = window(query.model_copy(update={"since": query.since or WINDOW}), asked)
    times = {"from": chosen["since"], "until": chosen["until"]}
    agent = {"agent": normalise(query.agent_name or "")}
    [came], topics = database().together(("queues/tail", {}), topics_query(asked))
    tail = tail_of(asked, came)
    tasks, known = open_tasks(asked, tail, since=times["from"]), last_seen(topics)
    asking = {"at": asked.parameters["at"], "now": asked.parameters["now"], **times, **agent}
    waiting = _waiting(asking, tasks, seen_of(asked, known, []))
    beside = [*waiting, *lately_query(asked, known)]
    if tail.settled and not asked.is_past:
        answered, parts = settled_answers(asked, asking, *beside)
    else:
        answered, *parts = database().together(_answered(asking, tail), *beside)
    lately = [row for part in parts[len(waiting) :] for row in part]
    waits = [row for part in parts[: len(waiting)] for row in part]
    seen = seen_of(asked, known, lately)
    found = edges(answered, of_edges(seen, waits) if tasks.is_plain else waits, seen.wait)
    order = query.sort.removeprefix("-")
    if order == "p95":
        tell_times(found, answered)
    shown, following = cut(
        found, query.limit, page, lambda edge: sort_key(order, edge), order != "agent"
    )
    if order != "p95":
        tell_times(shown, answered)
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


def _waiting(asking: dict[str, Any], tasks: OpenTasks, seen: Seen) -> list[Query]:
    """The queries for tasks without an answer, whose rows are to be added up."""
    if not tasks.is_plain:
        places = {n: v for n, v in seen.parameters.items() if n in PLACES}
        return [(f"graph/open_{tasks.variant}", {**asking, **places})]
    queries = [("graph/open_settled", {**asking, **tasks.told})]
    if tasks.later:
        queries.append(("graph/answered_later", {**asking, **tasks.told_later}))
    return queries
