"""What the SQL files about traces are asked with: filters, and none where nothing is asked."""

from typing import Any

from query_service.models.cursor import END
from query_service.models.parameters.traces import TracesQuery
from query_service.models.values import normalise
from query_service.routes.context import Moment
from query_service.routes.paging import FIRST, LAST, window

LONGEST_NS = 2**62
NO_FILTER: dict[str, Any] = {
    "trace_id": "",
    "session_id": "",
    "user_id": "",
    "agent": "",
    "model": "",
    "status": "",
    "error": "",
    "min_duration_ns": 0,
    "max_duration_ns": -1,
    "text": "",
    "attribute": "",
    "attribute_value": "",
    "sort": "start",
    "since": FIRST,
    "until": LAST,
    "after_time": END,
    "after_id": "",
    "turn": 1,
    "moved": [],
    "moved_from": [],
}


def filters(asked: Moment, query: TracesQuery) -> dict[str, Any]:
    """The filters of a request, as parameters. Raises InvalidParameter."""
    name, _, value = (query.attribute or "").partition("=")
    return {
        "trace_id": query.trace_id or "",
        "session_id": query.session_id or "",
        "user_id": query.user_id or "",
        "agent": normalise((query.agent_name or "").partition(":")[0]),
        "model": query.model or "",
        "status": query.status or "",
        "error": "" if query.error is None else str(query.error).lower(),
        "min_duration_ns": _ns(query.min_duration_ms or 0),
        "max_duration_ns": -1 if query.max_duration_ms is None else _ns(query.max_duration_ms),
        "text": query.text or "",
        "attribute": name,
        "attribute_value": value,
        "sort": query.sort.removeprefix("-"),
        "turn": -1 if query.sort.startswith("-") else 1,
        **window(query, asked),
    }


def _ns(milliseconds: float) -> int:
    return int(min(milliseconds * 1e6, LONGEST_NS))
