"""What is known of one handoff, asked for in three rounds: each tells where to look in the next."""

from typing import Any

from query_service.db import Row
from query_service.models.values import ns
from query_service.routes.context import Moment, database
from query_service.routes.handoff_rows import NO_ANSWER, first_answers, places
from query_service.routes.waiting import (
    QUEUE,
    Seen,
    last_seen,
    lately_query,
    seen_of,
    topics_query,
)

Query = tuple[str, dict[str, Any]]
_PLACE = ("topic", "partition", "offset", "value_hash")
PARTS = ("deliveries", "records", "answers", "signs", "passed", "spans", "errors")


def parts_of(asked: Moment, message_id: str) -> tuple[dict[str, list[Row]], Seen]:
    """The rows of each of PARTS, the deliveries oldest first; and without an answer what was seen
    of the queue, which does not matter with one.
    """
    at = {"at": asked.parameters["at"]}
    chosen = {**at, "message_id": message_id}
    found: dict[str, list[Row]] = {name: [] for name in PARTS} | _together(
        places=("handoffs/places", chosen),
        records=("handoffs/records_of", {**at, "ids": [message_id]}),
        answers=("handoffs/answers", chosen),
        signs=("handoffs/signs", chosen),
    )
    where = found.pop("places")
    queries: dict[str, Query] = {}
    task = next((row for row in where if row["message_type"] == "task"), None)
    if where:
        first = {name: where[0][name] for name in ("topic", "partition", "offset", "key_time")}
        queries["deliveries"] = ("handoffs/deliveries", {**places(where), **chosen})
        queries["passed"] = ("handoffs/passed", {**at, **first})
    replies = [row for row in found["answers"] if row["message_type"] != "redrive"]
    if replies:
        records = [
            {**dict(zip(_PLACE, row["place"], strict=True)), "key_time": ns(row["event_time"])}
            for row in replies
        ]
        queries["bodies"] = ("handoffs/answer_bodies", places(records))
    elif task and not found["answers"]:
        queries["topics"] = topics_query(asked, task["topic"].removeprefix(QUEUE))
    found |= _together(**queries)
    bodies = {_place(row): row["body"] for row in found.pop("bodies", [])}
    found["answers"] = [{**row, "body": bodies.get(row["place"], "")} for row in found["answers"]]
    topics = last_seen(found.pop("topics", []))
    trace_id = next((row["trace_id"] for row in (*found["deliveries"], *found["records"])), "")
    queries = {f"lately{n}": query for n, query in enumerate(lately_query(asked, topics))}
    if trace_id:
        traced = {**at, "trace_id": trace_id}
        queries |= {"spans": ("handoffs/spans", traced), "errors": ("handoffs/errors", traced)}
    found |= _together(**queries)
    seen = seen_of(asked, topics, found.pop("lately0", []))
    return found, seen


def courses(asked: Moment, ids: list[str]) -> tuple[dict[str, Row], Seen]:
    """What `course` needs of some tasks, and what was seen of all queues."""
    tasks, topics = _together(
        tasks=("handoffs/tasks_of", {"at": asked.parameters["at"], "ids": ids}),
        topics=topics_query(asked),
    ).values()
    known = last_seen(topics)
    hashes = {"at": asked.parameters["at"], "hashes": [row["hash"] for row in tasks]}
    found = _together(
        answers=("handoffs/answers_of", hashes),
        signs=("handoffs/signs_of", hashes),
        **{f"lately{n}": query for n, query in enumerate(lately_query(asked, known))},
    )
    answer_of = first_answers(found["answers"])
    signs_of = {row["hash"]: row["signs"] for row in found["signs"]}
    rows = {
        row["message_id"]: {
            **row,
            **answer_of.get(row["hash"], NO_ANSWER),
            "signs": signs_of.get(row["hash"], []),
        }
        for row in tasks
    }
    return rows, seen_of(asked, known, found.get("lately0", []))


def _place(row: Row) -> tuple[str, int, int, int]:
    return row["topic"], row["partition"], row["offset"], row["value_hash"]


def _together(**queries: Query) -> dict[str, list[Row]]:
    """The rows of some queries by their names, asked for at the same time."""
    rows = database().together(*queries.values()) if queries else []
    return dict(zip(queries, rows, strict=True))
