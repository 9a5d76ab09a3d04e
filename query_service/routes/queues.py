"""`/api/v1/queues`: what was sent to each agent, and what waits for an answer."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.models.message import message, pending_task
from query_service.models.parameters import AgentPath, AtQuery, PendingQuery, QueueQuery
from query_service.models.values import normalise
from query_service.routes.context import Moment, database, moment

blueprint = APIBlueprint(
    "queues", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Queues and agents")]
)
MOST_IN_LIST = 50


def _pending(asked: Moment, agent: str, limit: int) -> list[Row]:
    """Pending tasks of one agent, or of all: at least one of each, so that the totals are there."""
    name = "queues/pending_at" if asked.is_past else "queues/pending_now"
    return database().rows(name, {**asked.parameters, "agent": agent, "limit": max(limit, 1)})


def _total(rows: list[Row]) -> int:
    return int(rows[0]["pending_tasks"]) if rows else 0


def _queue(
    agent: str, totals: Row | None, pending: list[Row], limit: int, asked: Moment
) -> dict[str, Any]:
    shown = pending[:limit]
    return {
        "agent_name": agent,
        "queue_topic": f"agent-queue-{normalise(agent)}",
        "total_messages": totals["total_messages"] if totals else 0,
        "deliveries": totals["deliveries"] if totals else 0,
        "pending_tasks": _total(pending),
        "pending": [pending_task(row, asked.now) for row in shown],
        "pending_omitted": _total(pending) - len(shown),
    }


@blueprint.get("/queues", summary="All queues")
def queues(query: AtQuery) -> dict[str, Any]:
    """Every agent's queue with its totals and its oldest pending tasks."""
    asked = moment(query.at)
    at = {"at": asked.parameters["at"]}
    names = database().rows("queues/names", at)
    totals = database().rows("queues/totals", {**at, "agent": "", "message_type": ""})
    by_agent = {row["agent"]: row for row in totals}
    pending: dict[str, list[Row]] = {}
    for row in _pending(asked, "", MOST_IN_LIST):
        pending.setdefault(row["agent"], []).append(row)
    agents = sorted({row["agent"] for row in names} | pending.keys())
    return {
        "queues": [
            _queue(a, by_agent.get(a), pending.get(a, []), MOST_IN_LIST, asked) for a in agents
        ],
        "total_messages": sum(row["total_messages"] for row in totals),
    }


@blueprint.get("/queues/<agent_name>", summary="One queue")
def queue(path: AgentPath, query: QueueQuery) -> dict[str, Any]:
    """The newest messages of one queue and its oldest pending tasks; zeros when unknown."""
    asked = moment(query.at)
    agent = normalise(path.agent_name)
    chosen = {
        "at": asked.parameters["at"],
        "agent": agent,
        "message_type": query.message_type or "",
    }
    totals = database().rows("queues/totals", chosen)
    messages = database().rows("queues/messages", {**chosen, "limit": query.limit})
    pending = _pending(asked, agent, query.limit)
    return {
        **_queue(path.agent_name, totals[0] if totals else None, pending, query.limit, asked),
        "messages": [message(row) for row in messages],
    }


@blueprint.get("/queues/<agent_name>/pending", summary="Pending tasks of an agent")
def pending_tasks(path: AgentPath, query: PendingQuery) -> dict[str, Any]:
    """Tasks of one agent that wait for an answer, oldest first."""
    asked = moment(query.at)
    rows = _pending(asked, normalise(path.agent_name), query.limit)
    return {
        "agent_name": path.agent_name,
        "pending_count": _total(rows),
        "tasks": [pending_task(row, asked.now) for row in rows[: query.limit]],
        "tasks_omitted": _total(rows) - len(rows[: query.limit]),
    }
