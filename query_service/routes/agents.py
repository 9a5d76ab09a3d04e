"""`/api/v1/agents`: every agent that anything is known of."""

from datetime import UTC, datetime
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.models.agent import agent
from query_service.models.parameters.lists import AtQuery
from query_service.routes import failures
from query_service.routes.context import bound, database, moment
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
def agents(query: AtQuery) -> dict[str, Any]:
    """Agents by their queue's name, with what they sent, got, did and failed at."""
    asked = moment(query.at)
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
    return {"agents": [agent(found[name]) for name in sorted(found.keys() - {""})]}
