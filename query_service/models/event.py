"""Events."""

from typing import Any

from query_service.db import Row
from query_service.models.values import iso, or_none, parse, record


def event(row: Row) -> dict[str, Any]:
    """An Event: the record as it came, or made from an OTLP log event; beside it `oddities`."""
    beside = {"oddities": row["oddities"]} if row["oddities"] else {}
    if row["event_record"]:
        return record(row["event_record"], event_id=row["event_id"], **beside)
    data = parse(row["data"])
    return {
        "event_id": row["event_id"],
        "trace_id": row["trace_id"],
        "span_id": or_none(row["span_id"]),
        "event_type": row["event_type"],
        "severity": row["severity"],
        "agent_id": or_none(row["agent_id"]),
        "agent_name": or_none(row["agent_name"]),
        "message": row["message"],
        "data": data if isinstance(data, dict) else {"value": data},
        "timestamp": iso(row["event_time"]),
        **beside,
    }
