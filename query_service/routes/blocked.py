"""Which open tasks wait for which."""

from typing import Any

from query_service.db import Row
from query_service.routes.context import Moment, database
from query_service.routes.open_tasks import answered

MOST_DEPTH = 10
MOST_CAUSES = 1_000


def blocked(asked: Moment, looked: bool, rows: list[Row]) -> dict[str, list[dict[str, Any]]]:
    """By task the open tasks that wait for its answer: the one that its sender worked on when it
    sent the task, the one that waits for that, and so on. `looked`: no task came since the observer
    looked at open tasks."""
    known: dict[str, Row | None] = {}
    wanted = {row["cause_message_id"] for row in rows} - {""}
    for _ in range(MOST_DEPTH):
        if not wanted:
            break
        found = _open(asked, looked, sorted(wanted)[:MOST_CAUSES])
        known |= dict.fromkeys(wanted) | {row["message_id"]: row for row in found}
        wanted = {row["cause_message_id"] for row in found} - known.keys() - {""}
    return {row["message_id"]: _chain(row, known) for row in rows}


def _open(asked: Moment, looked: bool, ids: list[str]) -> list[Row]:
    chosen = {"at": asked.parameters["at"], "ids": ids}
    names = ["queues/open_settled", *(["queues/tasks_of"] if asked.is_past else [])]
    parts = database().together(*((name, chosen) for name in names))
    found = {row["message_id"]: row for rows in parts for row in rows}
    if looked and not asked.is_past:
        return list(found.values())
    done = answered(asked, [row["hash"] for row in found.values()])
    return [row for row in found.values() if row["hash"] not in done]


def _chain(row: Row, known: dict[str, Row | None]) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    seen = {row["message_id"]}
    above = known.get(row["cause_message_id"])
    while above and above["message_id"] not in seen and len(told) < MOST_DEPTH:
        seen.add(above["message_id"])
        told.append(
            {
                "message_id": above["message_id"],
                "agent": above["agent"],
                "depth": len(told) + 1,
            }
        )
        above = known.get(above["cause_message_id"])
    return told
