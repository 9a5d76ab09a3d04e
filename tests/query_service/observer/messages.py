"""Queue records as rows of agent_messages."""

from datetime import UTC, datetime, timedelta
from typing import Any

from query_service.db import Database, Row

NOON = (datetime.now(UTC) - timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)
"""Of the day before yesterday: long closed, and within the retention."""


def message(offset: int, message_id: str, **columns: Any) -> Row:
    """A task in the queue of `writer`, sent at NOON, unless `columns` say otherwise."""
    return {
        "topic": "agent-queue-writer",
        "partition": 0,
        "offset": offset,
        "value_hash": offset,
        "message_id": message_id,
        "message_type": "task",
        "source": "researcher",
        "agent": "writer",
        "priority": "normal",
        "parent_message_id": "",
        "event_time": NOON,
        "arrived_at": NOON,
    } | columns


def answer(offset: int, task: str, **columns: Any) -> Row:
    """The result of `task`."""
    return message(
        offset,
        f"answer-{task}",
        **{"message_type": "result", "agent": "researcher", "parent_message_id": task} | columns,
    )


def insert(database: Database, *rows: Row) -> None:
    """Insert records as the pipeline does: views fill the tables behind."""
    database.insert("agent_messages", rows)


def hours(count: float) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)
