"""Rows of traces: those that the observer has worked out, and those that are worked out now.

Both are asked for with one interval of arrivals, so that no trace is left out between them.
"""

from query_service.db import Row
from query_service.models.cursor import END, Cursor
from query_service.models.parameters.traces import TracesQuery
from query_service.models.values import ns, utc
from query_service.routes.context import EVERYTHING, Moment, absolute, bound, database
from query_service.routes.paging import LAST, after
from query_service.routes.trace_filters import NO_FILTER, filters
from query_service.routes.trace_summaries import computed, filled

MANY = 20
MORE = 50
"""So many more than are shown are worked out: traces that began before what came last of them."""
MOST_OF_IDS = 100_000
"""So long may ids be together as a parameter of a query."""


def interval() -> Row:
    """From when to when arrivals are not worked out, whether there are any, and the time."""
    [row] = database().rows("traces/position")
    touched_to = utc(row["touched_to"])
    return {
        "touched_from": bound(utc(row["touched_from"])),
        "touched_to": bound(touched_to),
        "is_far": touched_to == EVERYTHING,
        "is_touched": row["is_touched"],
        "now": row["now_ns"],
    }


def page_rows(asked: Moment, query: TracesQuery, page: Cursor) -> tuple[list[Row], Cursor]:
    """Up to `limit` + 1 traces in the order asked for, and the page with its snapshot."""
    chosen = {**NO_FILTER, **filters(asked, query), "limit": query.limit + 1}
    if query.trace_id is not None:
        one = {**chosen, **asked.parameters, "touched_from": LAST, "touched_to": LAST, "limit": 1}
        return database().rows("traces/open", one) if query.trace_id else [], page
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
    touched = {name: since[name] for name in ("touched_from", "touched_to", "is_touched")}
    chosen |= {**asked.parameters, **touched}
    if _is_newest(chosen) and not (since["is_far"] or asked.is_past):
        rows = _newest(asked, query, chosen)
    else:
        rows = _found(chosen, bool(since["is_touched"]) or asked.is_past)
    starts = dict(zip(chosen["moved"], chosen["moved_from"], strict=True))
    for row in rows if page.is_turned else []:
        row["key_time"] = starts.get(row["trace_id"], row["key_time"])
    return filled(asked, _sorted(rows, query)[: query.limit + 1]), page


def _is_newest(chosen: Row) -> bool:
    """Whether the newest of all traces are asked for, or of all since a time."""
    usual = {**NO_FILTER, "since": chosen["since"]}
    return all(chosen[name] == value for name, value in usual.items())


def _found(chosen: Row, is_open: bool) -> list[Row]:
    """The keys of a page of traces that are worked out, and the rows of those that are not.

    Of the former those of the newest are looked at, which are enough without filters that let few
    pass, else all.
    """
    is_newest = chosen["sort"] == "start" and chosen["turn"] > 0
    newest = MANY * chosen["limit"] if is_newest else 0
    asks = [("traces/settled", {**chosen, "fetch": newest})]
    if is_open:
        asks.append(("traces/open", chosen))
    keys, *found = database().together(*asks)
    if newest and len(keys) < chosen["limit"]:
        keys = database().rows("traces/settled", {**chosen, "fetch": 0})
    return [*keys, *found[0]] if found else keys


def _newest(asked: Moment, query: TracesQuery, chosen: Row) -> list[Row]:
    """Rows of the newest of all: no more are worked out than may be on the page."""
    most = chosen["limit"] + MORE
    asks = [("traces/newest", {**chosen, "fetch": MANY * chosen["limit"]})]
    if chosen["is_touched"]:
        asks.append(("traces/touched", {**chosen, "limit": most}))
    known, *found = database().together(*asks)
    if len(known) < chosen["limit"]:
        known = database().rows("traces/settled", {**chosen, "fetch": 0})
    touched = found[0] if found else []
    # The last one stands for those that were not asked for.
    others = touched[most - 1 :]
    begun_by = others[0]["begun_by"] if others else 0
    ids = [row["trace_id"] for row in touched[: most - 1]]
    if sum(map(len, ids)) <= MOST_OF_IDS:
        first = 0 if query.since is None else ns(absolute(query.since, asked.now, "since"))
        rows = [row for row in computed(asked, ids) if row["key_time"] >= first]
        page = _sorted([*known, *rows], query)[: chosen["limit"]]
        is_full = len(page) == chosen["limit"] and page[-1]["key_time"] > begun_by
        if is_full or not others or begun_by < first:
            return [*known, *rows]
    return [*known, *database().rows("traces/open", chosen)]


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
