"""`/api/v1/agents`: every agent that anything is known of."""

from datetime import UTC, datetime
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.models.agent import agent
from query_service.models.parameters.queues import AgentsQuery
from query_service.models.values import normalise, ns, utc
from query_service.routes import failures
from query_service.routes.context import bound, database
from query_service.routes.paging import cut, opened, window
from query_service.routes.tail import merged, tail
from query_service.routes.trace_rows import interval
from query_service.routes.waiting import Seen, topics_query, variant
from query_service.schemas.agents import Agents

blueprint = APIBlueprint(
    "agents", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Queues and agents")]
)
NEVER = datetime(2100, 1, 1, tzinfo=UTC)
QUEUE = "agent-queue-"


@blueprint.get("/agents", summary="All agents", responses={200: Agents})
def agents(query: AgentsQuery) -> dict[str, Any]:
    """Agents by their queue's name, with what they sent, got, did and failed at."""
    asked, page = opened(query, query.cursor)
    uncounted, is_touched = tail(asked), interval()["is_touched"]
    at = {"at": asked.parameters["at"]}
    counting = {
        **uncounted.parameters(asked),
        "agent": "",
        "message_type": "",
        "rate_since": bound(NEVER),
    }
    # How tasks wait does not matter here.
    waiting = {**asked.parameters, **Seen({}, frozenset(), asked.now).parameters}
    queries: list[tuple[str, dict[str, Any]]] = [
        topics_query(asked),
        ("agents/names", at),
        ("agents/spans" if asked.is_past or is_touched else "agents/spans_settled", at),
        ("agents/errors", {**at, "source": failures.source()}),
        (f"agents/pending_{variant(asked, uncounted.looked)}", waiting),
    ]
    if not uncounted.whole:
        queries.append(("queues/counts", counting))
    if not uncounted.is_empty:
        queries.append(("queues/tail_counts", counting))
    topics, names, *others, pending = database().together(*queries[:5])
    counts = database().together(*queries[5:])
    found: dict[str, Row] = {}
    for row in (row for part in (names, *others, pending) for row in part):
        found.setdefault(row["agent"], {}).update(row)
    for name, row in merged(row for part in counts for row in part).items():
        told = {n: row[n] for n in ("sent", "total_messages")}
        found.setdefault(name, {"agent": name}).update(told)
        found[name]["has_queue"] = row["all_deliveries"] > 0
    for name in (row["topic"].removeprefix(QUEUE) for row in topics if row["topic"]):
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
