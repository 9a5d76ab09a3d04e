"""Agents."""

from typing import Any

from query_service.db import Row
from query_service.models.values import iso


def agent(row: Row) -> dict[str, Any]:
    """An agent with what is known of it; `queue_topic` is null when it has no queue."""
    return {
        "agent_name": row["agent"],
        "display_name": row.get("name") or row["agent"],
        "queue_topic": f"agent-queue-{row['agent']}" if row.get("has_queue") else None,
        "first_seen": iso(row.get("first_seen")),
        "last_seen": iso(row.get("last_seen")),
        "messages_sent": row.get("sent", 0),
        "messages_received": row.get("total_messages", 0),
        "pending_tasks": row.get("pending", 0),
        "spans": row.get("spans", 0),
        "errors": row.get("errors", 0),
        "models": row.get("models", []),
    }
