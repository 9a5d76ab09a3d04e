"""Rows of handoffs: what is known of each candidate that counts."""

from collections.abc import Iterable
from typing import Any

from query_service.db import Row
from query_service.routes.context import database

_NO_TASK: Row = {"topic": "", "partition": 0, "offset": 0}
_NO_ANSWER: Row = {"answers": 0, "answer_type": "", "answered_by": "", "answer_message_id": ""}
_OF_IDS = ("handoffs/tasks_of", "handoffs/records_of", "handoffs/answers_of", "handoffs/signs_of")


def current(at: str, candidates: list[Row]) -> list[Row]:
    """The handoffs of some candidates (records, and records of tasks), in their order, without
    those that do not count: a record counts over its task, and one of several of the same message.
    """
    if not candidates:
        return []
    chosen = {"at": at, "ids": sorted({row["message_id"] for row in candidates})}
    queries: list[tuple[str, dict[str, Any]]] = [(name, chosen) for name in _OF_IDS]
    if sent := [row for row in candidates if row["topic"]]:
        queries.append(("handoffs/task_records", _places(sent)))
    tasks, records, answers, signs, *of_tasks = database().together(*queries)
    task_of, record_of, answer_of, signs_of = map(_by_id, (tasks, records, answers, signs))
    by_place = {_place(row): row for rows in of_tasks for row in rows}
    found = {}
    for row in candidates:
        message_id = row["message_id"]
        record, task = record_of.get(message_id), task_of.get(message_id)
        if row["topic"]:
            counts = record is None and task is not None and _place(task) == _place(row)
            own = by_place.get(_place(row)) if counts else None
        else:
            own = record if record and record["version"] == row["version"] else None
        if own is not None:
            found[message_id] = {
                "signs": [],
                **_NO_ANSWER,
                **own,
                **(task or _NO_TASK),
                **answer_of.get(message_id, {}),
                **signs_of.get(message_id, {}),
                "message_id": message_id,
                "key_time": row["key_time"],
                "duration": row.get("duration", 0),
            }
    return list(found.values())


def _by_id(rows: Iterable[Row]) -> dict[str, Row]:
    return {row["message_id"]: row for row in rows}


def _place(row: Row) -> tuple[str, int, int, int]:
    return row["topic"], row["partition"], row["offset"], row["value_hash"]


def _places(rows: list[Row]) -> dict[str, list[Any]]:
    return {
        "times": [row["key_time"] for row in rows],
        "topics": [row["topic"] for row in rows],
        "partitions": [row["partition"] for row in rows],
        "offsets": [row["offset"] for row in rows],
        "hashes": [row["value_hash"] for row in rows],
    }
