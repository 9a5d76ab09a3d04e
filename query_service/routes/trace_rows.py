"""Rows of traces: those that the observer has worked out, and those that are worked out now.

Both are asked for with one interval of arrivals, so that no trace is left out between them.
"""

from collections.abc import Mapping
from typing import Any

from query_service.db import Row
from query_service.models.cursor import END, Cursor
from query_service.models.parameters.traces import TracesQuery
from query_service.models.values import normalise, utc
from query_service.routes.context import Moment, bound, database
from query_service.routes.paging import FIRST, LAST, after, window

LONGEST_NS = 2**62
MANY = 20
_NO_FILTER: dict[str, Any] = {
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


def interval() -> Row:
    """From when to when arrivals are not worked out, whether there are any, and the time."""
    [row] = database().rows("traces/position")
    return {
        "touched_from": bound(utc(row["touched_from"])),
        "touched_to": bound(utc(row["touched_to"])),
        "is_touched": row["is_touched"],
        "now": row["now_ns"],
    }


def one_trace_query(
    asked: Moment, trace_id: str, filters: Mapping[str, Any] | None = None
) -> tuple[str, Row]:
    """Asks for the row of one trace: none when no span or record of it is known."""
    nothing = {"touched_from": LAST, "touched_to": LAST}
    chosen = {**_NO_FILTER, "limit": 1, **(filters or {}), **asked.parameters, **nothing}
    return "traces/open", {**chosen, "trace_id": trace_id}


def page_rows(asked: Moment, query: TracesQuery, page: Cursor) -> tuple[list[Row], Cursor]:
    """Up to `limit` + 1 traces in the order asked for, and the page with its snapshot."""
    chosen = {**_NO_FILTER, **_filters(asked, query), "limit": query.limit + 1}
    if query.trace_id is not None:
        name, parameters = one_trace_query(asked, query.trace_id, _filters(asked, query))
        return database().rows(name, parameters) if query.trace_id else [], page
    since = interval()
    chosen |= after(page)
    if page.arrived_until == END:
        page = page.model_copy(update={"arrived_until": since["now"]})
    else:
        place = {**after(page), **page.turn, "arrived_until": page.arrived_until}
        moved = database().rows("traces/moved", place)
        chosen |= {
            "moved": [row["trace_id"] for row in moved],
            "moved_from": [row["moved_from"] for row in moved],
        }
    touched = {name: since[name] for name in ("touched_from", "touched_to")}
    chosen |= {**asked.parameters, **touched}
    rows = _settled(chosen)
    if since["is_touched"] or asked.is_past:
        rows += database().rows("traces/open", chosen)
    starts = dict(zip(chosen["moved"], chosen["moved_from"], strict=True))
    for row in rows if page.is_turned else []:
        row["key_time"] = starts.get(row["trace_id"], row["key_time"])
    return _sorted(rows, query)[: query.limit + 1], page


def _settled(chosen: Row) -> list[Row]:
    """A page of the traces that are worked out: of the newest, which are enough without filters
    that let few pass, else of all."""
    is_newest = chosen["sort"] == "start" and chosen["turn"] > 0
    newest = MANY * chosen["limit"] if is_newest else 0
    rows = database().rows("traces/settled", {**chosen, "fetch": newest})
    if newest and len(rows) < chosen["limit"]:
        rows = database().rows("traces/settled", {**chosen, "fetch": 0})
    return rows


def _sorted(rows: list[Row], query: TracesQuery) -> list[Row]:
    """Each trace once, the row worked out last, in the order asked for."""
    by_id = {row["trace_id"]: row for row in rows}
    turn = -1 if query.sort.startswith("-") else 1

    def key(row: Row) -> tuple[int, int, str]:
        if query.sort.endswith("duration"):
            nothing = -1 if turn > 0 else -END
            took = nothing if row["duration_ns"] is None else turn * row["duration_ns"]
            return took, row["key_time"], row["trace_id"]
        return 0, turn * row["key_time"], row["trace_id"]

    return sorted(by_id.values(), key=key, reverse=True)


def _filters(asked: Moment, query: TracesQuery) -> dict[str, Any]:
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
