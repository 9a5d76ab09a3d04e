"""Tasks that wait for an answer."""

import json
from collections.abc import Mapping
from typing import Any

from query_service.db import Row
from query_service.models.message import pending_task
from query_service.models.queue import Pending
from query_service.models.values import utc
from query_service.routes.context import Moment, database
from query_service.routes.kept import MOST_IN_LIST, bodies
from query_service.routes.open_now import OfAgent, as_rows, open_by_agent
from query_service.routes.open_tasks import OpenTasks
from query_service.routes.paging import FIRST, LAST
from query_service.routes.tail import BUCKET, start
from query_service.routes.waiting import Seen

NO_FILTER: Mapping[str, Any] = {
    "state": "",
    "priority": "",
    "source": "",
    "since": FIRST,
    "until": LAST,
    "sort": "waiting",
    "turn": 1,
    "after_value": 0,
    "after_time": 0,
    "after_id": "",
}


def pending_query(
    asked: Moment,
    seen: Seen,
    known: OpenTasks,
    agent: str,
    limit: int,
    filters: Mapping[str, Any] = NO_FILTER,
) -> tuple[str, dict[str, Any]]:
    """The query for pending tasks of one agent, or at a past time of all of them; one at least of
    each, for the totals that it carries."""
    chosen = {
        **asked.parameters,
        **seen.parameters,
        **known.told,
        **filters,
        "agent": agent,
        "limit": max(limit, 1),
    }
    if asked.is_past and known.is_plain:
        chosen |= known.told_later
    return f"queues/pending_{known.variant}", chosen


def with_bodies_of(asked: Moment, known: OpenTasks, agent: str, rows: list[Row]) -> list[Row]:
    """What `pending_query` gave of one agent, with the tasks as they came."""
    if asked.is_past or not known.is_plain:
        return with_bodies(rows)
    texts = bodies(agent, [(row["message_id"], row["value_hash"]) for row in rows])
    return with_bodies([{**row, "body": text} for row, text in zip(rows, texts, strict=True)])


def with_bodies(rows: list[Row]) -> list[Row]:
    """What `pending_query` gave, with the tasks as they came."""
    if without := [row for row in rows if not row["body"]]:
        bodies = {_place(r): r["body"] for r in database().rows("queues/bodies", _places(without))}
        for row in without:
            row["body"] = bodies.get(_place(row), "")
    return rows


def by_agent(asked: Moment, seen: Seen, known: OpenTasks) -> dict[str, Pending]:
    """Pending tasks of every agent, the oldest 50 of each as JSON: when `open_by_agent` cannot
    tell."""
    if asked.is_past:
        found: dict[str, list[Row]] = {}
        query = pending_query(asked, seen, known, "", MOST_IN_LIST)
        for row in with_bodies(database().rows(*query)):
            found.setdefault(row["agent"], []).append(row)
        return {agent: of_rows(rows, asked) for agent, rows in found.items()}
    now = {"now": asked.parameters["now"]}
    rows = database().rows("queues/pending_by_agent", {**now, **seen.parameters})
    return {
        row["agent"]: Pending(
            row["pending_tasks"],
            row["by_state"],
            row["by_priority"],
            utc(row["oldest"]),
            [row["pending"].encode()],
            row["shown"],
        )
        for row in rows
    }


def one_pending(
    asked: Moment,
    seen: Seen,
    known: OpenTasks,
    agent: str,
    tasks: Mapping[str, OfAgent] | None,
    limit: int,
) -> tuple[Pending, list[Row]]:
    """Pending tasks of one agent, and so many of the oldest as rows, one at least. `tasks` as
    `open_by_agent` takes them; None when it cannot tell."""
    if tasks is None:
        query = pending_query(asked, seen, known, agent, limit)
        rows = with_bodies_of(asked, known, agent, database().rows(*query))
        return of_rows(rows, asked), rows
    found = open_by_agent(asked, seen, tasks).get(agent, Pending())
    return found, as_rows(asked, seen, agent, found)


def of_rows(rows: list[Row], asked: Moment) -> Pending:
    """Pending tasks of one agent, of its rows; the first has the totals."""
    if not rows:
        return Pending()
    first = rows[0]
    texts = [json.dumps(pending_task(row, asked.now, whole=False)) for row in rows]
    return Pending(
        first["pending_tasks"],
        first["by_state"],
        first["by_priority"],
        utc(first["event_time"]),
        [", ".join(texts).encode()],
        len(rows),
    )


def _place(row: Row) -> tuple[str, int, int, int]:
    return row["topic"], row["partition"], row["offset"], row["value_hash"]


def _places(rows: list[Row]) -> dict[str, list[Any]]:
    buckets = [start(utc(row["event_time"]), BUCKET) for row in rows]
    return {
        "buckets": [bucket.strftime("%Y-%m-%d %H:%M:%S") for bucket in buckets],
        "topics": [row["topic"] for row in rows],
        "partitions": [row["partition"] for row in rows],
        "offsets": [row["offset"] for row in rows],
        "hashes": [row["value_hash"] for row in rows],
    }
