"""Agents."""

from typing import Any

from query_service.db import Row
from query_service.models.values import iso


def agent(row: Row) -> dict[str, Any]:
    """An agent with what is known of it; `queue_topic` is null when it has no queue."""
    return {
        "agent_name": row["agent"],
        "display_name": row["name"] or row["agent"],
        "queue_topic": f"agent-queue-{row['agent']}" if row["has_queue"] else None,
        "first_seen": iso(row["first_seen"]),
        "last_seen": iso(row["last_seen"]),
        "messages_sent": row["messages_sent"],
        "messages_received": row["messages_received"],
        "pending_tasks": row["pending_tasks"],
        "spans": row["spans"],
        "errors": row["errors"],
        "models": row["models"],
    }
