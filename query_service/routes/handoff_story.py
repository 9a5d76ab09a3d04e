"""What is known of one handoff, asked for in three rounds: each tells where to look in the next."""

from typing import Any

from query_service.db import Row
from query_service.models.values import ns
from query_service.routes.context import Moment, database
from query_service.routes.handoff_rows import places
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
    if found["answers"]:
        records = [
            {**dict(zip(_PLACE, row["place"], strict=True)), "key_time": ns(row["event_time"])}
            for row in found["answers"]
        ]
        queries["bodies"] = ("handoffs/answer_bodies", places(records))
    elif task:
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


def _place(row: Row) -> tuple[str, int, int, int]:
    return row["topic"], row["partition"], row["offset"], row["value_hash"]


def _together(**queries: Query) -> dict[str, list[Row]]:
    """The rows of some queries by their names, asked for at the same time."""
    rows = database().together(*queries.values()) if queries else []
    return dict(zip(queries, rows, strict=True))
