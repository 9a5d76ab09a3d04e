"""Rows of handoffs: what is known of each candidate that counts."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from query_service.db import Row
from query_service.models.handoff import of_task
from query_service.routes.context import database
from query_service.routes.tail import BUCKET, starts

_NO_TASK: Row = {"topic": "", "partition": 0, "offset": 0}
NO_ANSWER: Row = {"answers": 0, "answer_type": "", "answered_by": "", "answer_message_id": ""}


def current(at: str, candidates: list[Row]) -> list[Row]:
    """The handoffs of some candidates (records, and records of tasks), in their order, without
    those that do not count: a record counts over its task, and one of several of the same message.
    """
    if not candidates:
        return []
    ids = {"ids": sorted({row["message_id"] for row in candidates})}
    hashes = {"at": at, "hashes": sorted({row["hash"] for row in candidates})}
    queries: list[tuple[str, dict[str, Any]]] = [
        ("handoffs/task_versions", ids),
        ("handoffs/records_of", {"at": at, **ids}),
        ("handoffs/answers_of", hashes),
        ("handoffs/signs_of", hashes),
    ]
    of_records = [row["message_id"] for row in candidates if not row["topic"]]
    if of_records:
        queries.append(("handoffs/tasks_of", {"at": at, "ids": of_records}))
    is_timed = "duration" in candidates[0]
    if is_timed:
        queries.append(("handoffs/task_records", places(candidates)))
    versions, records, answers, signs, *others = database().together(*queries)
    version_of = {row["message_id"]: row["version"] for row in versions}
    record_of = {row["message_id"]: row for row in records}
    task_of = {row["message_id"]: row for rows in others for row in rows} if of_records else {}
    place_of = {_place(row): row for rows in others for row in rows} if is_timed else {}
    answer_of, signs_of = first_answers(answers), {row["hash"]: row["signs"] for row in signs}
    found = {}
    for row in candidates:
        message_id = row["message_id"]
        record = record_of.get(message_id)
        if row["topic"]:
            task = {**row, **place_of.get(_place(row), {})} if is_timed else row
            # Without an order by duration its record is a candidate too.
            counts = task.get("version") == version_of.get(message_id) and (is_timed or not record)
            own = (record or of_task(task)) if counts else None
        else:
            task = task_of.get(message_id, _NO_TASK)
            own = record if record and record["version"] == row["version"] else None
        if own is not None:
            found[message_id] = {
                **task,
                **own,
                **answer_of.get(row["hash"], NO_ANSWER),
                "signs": signs_of.get(row["hash"], []),
                "message_id": message_id,
                "key_time": row["key_time"],
                "duration": row.get("duration", 0),
            }
    return list(found.values())


def first_answers(rows: Iterable[Row]) -> dict[int, Row]:
    """By task the first of its answers, and how many there are."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row["hash"], []).append(row)
    return {
        task: {
            "answers": len({a["message_id"] for a in answers if a["message_type"] != "redrive"}),
            "answer_type": answers[0]["message_type"],
            "answered_at": answers[0]["event_time"],
            "answered_by": answers[0]["source"],
            "answer_message_id": answers[0]["message_id"],
        }
        for task, answers in found.items()
    }


def _place(row: Row) -> tuple[str, int, int, int]:
    return row["topic"], row["partition"], row["offset"], row["value_hash"]


def places(rows: list[Row]) -> dict[str, list[Any]]:
    """The places of records as parameters of the SQL files."""
    times = (datetime.fromtimestamp(row["key_time"] // 10**9, UTC) for row in rows)
    return {
        "buckets": starts(times, BUCKET),
        "topics": [row["topic"] for row in rows],
        "partitions": [row["partition"] for row in rows],
        "offsets": [row["offset"] for row in rows],
        "hashes": [row["value_hash"] for row in rows],
    }
