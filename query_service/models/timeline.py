"""The timeline of a trace."""

from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.models.event import event
from query_service.models.handoff import handoff
from query_service.models.span import ended, status
from query_service.models.values import iso

# The place in the order, and what is shown there.
_Entry = tuple[tuple[datetime, int, str], str, dict[str, Any]]


def _of_span(row: Row, at: datetime) -> list[_Entry]:
    who = {"span_id": row["span_id"], "agent_name": row["agent_name"]}
    start = (row["start_time"], 0, row["span_id"])
    entries: list[_Entry] = [(start, "span_start", {**who, "span_kind": row["kind"]})]
    if row["end_time"] is not None and ended(row, at):
        how = {"duration_ms": row["duration_ms"], "status": status(row, at)}
        entries.append(((row["end_time"], 3, row["span_id"]), "span_end", {**who, **how}))
    return entries


def timeline(
    spans: list[Row], events: list[Row], handoffs: list[Row], at: datetime
) -> list[dict[str, Any]]:
    """Everything that happened in a trace, ascending; at the same time starts come first and
    ends last, and the rest in the order of their ids."""
    entries = [entry for row in spans for entry in _of_span(row, at)]
    entries += [((r["event_time"], 1, r["event_id"]), "event", event(r)) for r in events]
    entries += [((r["event_time"], 2, r["handoff_id"]), "handoff", handoff(r)) for r in handoffs]
    entries.sort(key=lambda entry: entry[0])
    return [
        {"type": kind, "timestamp": iso(place[0]), "data": data} for place, kind, data in entries
    ]
