"""`/api/v1/agents`: every agent that anything is known of."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.failures import MOST, standing_of
from query_service.models.agent import agent
from query_service.models.failure_rows import by_agent, time
from query_service.models.parameters.queues import AgentsQuery
from query_service.models.values import normalise, ns, utc
from query_service.routes.agent_counts import counts_queries
from query_service.routes.agent_spans import span_queries, spans_by_agent
from query_service.routes.context import Moment, bound, database
from query_service.routes.open_tasks import OpenTasks, of_one_moment, open_tasks
from query_service.routes.paging import cut, opened, window
from query_service.routes.tail import merged, tail_of, with_repeats
from query_service.routes.waiting import Seen
from query_service.schemas.agents import Agents

blueprint = APIBlueprint(
    "agents", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Queues and agents")]
)
QUEUE = "agent-queue-"


@blueprint.get("/agents", summary="All agents", responses={200: Agents})
@of_one_moment
def agents(query: AgentsQuery) -> dict[str, Any]:
    """Agents by their queue's name, with what they sent, got, did and failed at."""
    asked, page = opened(query, query.cursor)
    at = {"at": asked.parameters["at"]}
    [came], [position], arrived, names, topics = database().together(
        ("queues/tail", {}),
        ("traces/position", {}),
        ("errors/arrived", {"most": MOST + 1}),
        ("agents/names", at),
        ("agents/topics_at", at) if asked.is_past else ("agents/topics_now", {}),
    )
    uncounted = with_repeats(asked, tail_of(asked, came))
    counts, spans = counts_queries(asked, uncounted), span_queries(asked, position)
    known = open_tasks(asked, uncounted, has_states=False)
    waiting = _pending(asked, known)
    failures = standing_of(database(), arrived)
    errors, *parts = database().together(
        ("agents/errors", {**at, **failures.parameters}),
        *counts,
        waiting,
        *spans,
    )
    later = ({"agent": row["agent"], "pending": 1} for row in known.later)
    pending = merged((*parts[len(counts)], *later)).values()
    errors = by_agent(errors, failures.changed, time(at["at"]))
    found: dict[str, Row] = {}
    worked = spans_by_agent(parts[len(counts) + 1 :]).values()
    for row in (*names, *worked, *errors, *pending):
        found.setdefault(row["agent"], {}).update(row)
    for name, row in merged(row for part in parts[: len(counts)] for row in part).items():
        told = {n: row[n] for n in ("sent", "total_messages")}
        found.setdefault(name, {"agent": name}).update(told)
        found[name]["has_queue"] = row["all_deliveries"] > 0
    for name in (row["topic"].removeprefix(QUEUE) for row in topics):
        found.setdefault(name, {"agent": name})["has_queue"] = True
    for row in pending:
        found[row["agent"]]["has_queue"] = True
    part, order = normalise(query.agent_name or ""), query.sort.removeprefix("-")
    matching = [
        row
        for name, row in found.items()
        if name and part in name and _is_seen(row, query, window(query, asked))
    ]
    shown, following = cut(
        matching, query.limit, page, lambda row: _sorted_by(order, row), order != "name"
    )
    return {"agents": [agent(row) for row in shown], "next_cursor": following}


def _pending(asked: Moment, known: OpenTasks) -> tuple[str, dict[str, Any]]:
    """The query for tasks without an answer; how they wait does not matter here."""
    if known.is_plain:
        chosen = {"at": asked.parameters["at"], "left_out": known.left_out}
        return "agents/pending_settled", chosen
    waiting = {**asked.parameters, **Seen({}, frozenset(), asked.now).parameters}
    return f"agents/pending_{known.variant}", waiting


def _is_seen(row: Row, query: AgentsQuery, times: dict[str, str]) -> bool:
    """Whether an agent was seen in the window, if one is asked for."""
    if query.since is None and query.until is None:
        return True
    first, last = row.get("first_seen"), row.get("last_seen")
    return bool(
        first and last and times["since"] <= bound(utc(last)) and bound(utc(first)) < times["until"]
    )


def _sorted_by(order: str, row: Row) -> tuple[int, str]:
    """What an agent is sorted by, the least first."""
    match order:
        case "last_seen":
            return -ns(row["last_seen"]) if row.get("last_seen") else 1, row["agent"]
        case "messages":
            return -row.get("sent", 0) - row.get("total_messages", 0), row["agent"]
        case _:
            return 0, row["agent"]
