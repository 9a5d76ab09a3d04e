"""`/api/v1/queues`: what was sent to each agent, and what waits for an answer."""

import json
from typing import Any

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.models.message import message, pending_task
from query_service.models.parameters.lists import AgentPath
from query_service.models.parameters.queues import PendingQuery, QueueQuery, QueuesQuery
from query_service.models.queue import Pending, queue, sort_key, spliced
from query_service.models.values import iso, normalise
from query_service.routes.blocked import blocked
from query_service.routes.context import database
from query_service.routes.open_now import open_by_agent, with_texts
from query_service.routes.open_tasks import of_one_moment
from query_service.routes.paging import cut, fixed, next_cursor, opened, window
from query_service.routes.pending import by_agent, one_pending
from query_service.routes.pending_page import pending_page
from query_service.routes.queue_counts import counted
from query_service.routes.queue_messages import Messages
from query_service.routes.tail import BUCKET, start
from query_service.schemas.queues import OneQueue, Queues
from query_service.schemas.queues import Pending as PendingTasks

blueprint = APIBlueprint(
    "queues", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Queues and agents")]
)


@blueprint.get("/queues", summary="All queues", responses={200: Queues})
@of_one_moment
def queues(query: QueuesQuery) -> Response:
    """Every agent's queue with its totals and its oldest pending tasks."""
    asked, page = opened(query, query.cursor)
    rate_since = start(asked.now - query.window, BUCKET)
    counts, seen, known, tasks, _ = counted(asked, rate_since)
    pending = by_agent(asked, seen, known) if tasks is None else open_by_agent(asked, seen, tasks)
    watched = {topic.removeprefix("agent-queue-") for topic in seen.topics}
    part, order = normalise(query.agent_name or ""), query.sort.removeprefix("-")
    found: dict[str, Row] = {
        agent: {
            "counts": counts.get(agent),
            "pending": pending.get(agent, Pending()),
            "reading": seen.of(f"agent-queue-{agent}"),
        }
        for agent in (counts.keys() | pending.keys() | watched) - {""}
        if part in agent
    }
    matching = [
        agent
        for agent, row in found.items()
        if query.state is None or row["pending"].by_state.get(query.state)
    ]
    agents, following = cut(
        matching,
        query.limit,
        page,
        lambda agent: sort_key(order, agent, **found[agent]),
        order != "agent" or query.state is not None,
    )
    shown = {agent: found[agent]["pending"] for agent in agents}
    if tasks is not None:
        shown = with_texts(asked, seen, known, shown)
    pieces, comma = [b'{"queues": ['], b""
    for agent in agents:
        row = {**found[agent], "pending": shown[agent]}
        fields = queue(agent, **row, rate_since=rate_since, now=asked.now)
        pieces += [comma, *spliced(fields, shown[agent])]
        comma = b", "
    total = sum(row.get("total_messages", 0) for row in counts.values())
    end = {"total_messages": total, "rates_since": iso(rate_since), "next_cursor": following}
    pieces.append(f"], {json.dumps(end)[1:]}".encode())
    return Response(b"".join(pieces), mimetype="application/json")


@blueprint.get("/queues/<agent_name>", summary="One queue", responses={200: OneQueue})
@of_one_moment
def one_queue(path: AgentPath, query: QueueQuery) -> dict[str, Any]:
    """The newest messages of one queue and its oldest pending tasks; zeros when unknown."""
    asked, page = opened(query, query.cursor)
    agent, message_type = normalise(path.agent_name), query.message_type or ""
    rate_since = start(asked.now - query.window, BUCKET)
    listed = Messages(asked, agent, query, page)
    counts, seen, known, tasks, records = counted(
        asked, rate_since, agent, message_type, listed, max(query.limit, 1)
    )
    all_of, (found, pending) = database().beside(
        lambda: database().together(*listed.all_of(records)),
        lambda: one_pending(asked, seen, known, agent, tasks, query.limit),
    )
    messages = listed.found(records, [row for part in all_of for row in part])
    reading = seen.of(f"agent-queue-{agent}")
    return {
        **queue(path.agent_name, counts.get(agent), found, reading, rate_since, asked.now),
        "rates_since": iso(rate_since),
        "messages": [message(row) for row in messages[: query.limit]],
        "next_cursor": next_cursor(messages, query.limit, page, ("key_time", "id")),
        "pending": [pending_task(row, asked.now) for row in pending[: query.limit]],
        "pending_omitted": found.total - len(pending[: query.limit]),
    }


@blueprint.get(
    "/queues/<agent_name>/pending",
    summary="Pending tasks of an agent",
    responses={200: PendingTasks},
)
@of_one_moment
def pending_tasks(path: AgentPath, query: PendingQuery) -> dict[str, Any]:
    """Tasks of one agent that wait for an answer and match, by default oldest first."""
    asked, page = opened(query, query.cursor)
    agent = normalise(path.agent_name)
    filters = {
        "state": query.state or "",
        "priority": query.priority or "",
        "source": normalise(query.source or ""),
        **window(query, asked),
        "sort": query.sort.removeprefix("-"),
        **page.turn,
        "after_value": page.after_value,
        "after_time": page.after_time,
        "after_id": page.after_id,
    }
    rows, looked = pending_page(asked, agent, query.limit + 1, filters)
    shown = rows[: query.limit]
    total = rows[0]["pending_tasks"] if rows else 0
    held = blocked(asked, looked, shown)
    return {
        "agent_name": path.agent_name,
        "pending_count": total,
        "tasks": [
            {"blocks": held[row["message_id"]], **pending_task(row, asked.now)} for row in shown
        ],
        "tasks_omitted": total - len(shown),
        "next_cursor": next_cursor(
            rows,
            query.limit,
            page if query.state is None else fixed(page),
            ("sent_ns", "message_id"),
            "priority_rank",
        ),
    }
