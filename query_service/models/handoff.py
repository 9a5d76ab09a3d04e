"""Handoffs."""

from typing import Any

from query_service.db import Row
from query_service.models.values import iso, parse, record


def handoff(row: Row) -> dict[str, Any]:
    """A Handoff: the record as it came, or made from the task that carried it."""
    if row["handoff_record"]:
        return record(row["handoff_record"], handoff_id=row["handoff_id"])
    return {
        "handoff_id": row["handoff_id"],
        "trace_id": row["trace_id"],
        "source_agent_id": row["source_agent_id"],
        "source_agent_name": row["source_agent_name"],
        "target_agent_id": row["target_agent_id"],
        "target_agent_name": row["target_agent_name"],
        "reason": row["reason"],
        "context": parse(row["context"]),
        "timestamp": iso(row["event_time"]),
    }
