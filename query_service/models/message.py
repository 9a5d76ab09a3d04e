"""AgentMessages."""

from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.models.values import record, utc


def message(row: Row) -> dict[str, Any]:
    """An AgentMessage as it came; beside it `deliveries` above one, and `oddities`."""
    beside: dict[str, Any] = {"message_id": row["message_id"]}
    if row["deliveries"] > 1:
        beside["deliveries"] = row["deliveries"]
    if row["oddities"]:
        beside["oddities"] = row["oddities"]
    return record(row["body"], **beside)


def pending_task(row: Row, now: datetime) -> dict[str, Any]:
    """A task as it came; beside it `state` and `waiting_seconds`.

    `waiting_seconds` is null, and `clock_skew` true, when the sender's clock is ahead of `now`.
    """
    waiting = (now - utc(row["event_time"])).total_seconds()
    beside: dict[str, Any] = {
        "message_id": row["message_id"],
        "state": row["state"],
        "waiting_seconds": waiting if waiting >= 0 else None,
    }
    if waiting < 0:
        beside["clock_skew"] = True
    return record(row["body"], **beside)
