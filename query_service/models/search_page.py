"""Pages of what `/api/v1/search` finds: by ids, then by words, or all by time."""

import json
from collections.abc import Callable, Iterable

from query_service.db import Row
from query_service.errors import InvalidParameter
from query_service.models.cursor import END, Cursor

NO_PLACE = {"after_time": END, "after_kind": "", "after_id": "", "after_trace": ""}
_BY_ID, _BY_WORD = 0, 1


def shows_ids(page: Cursor) -> bool:
    """Whether things by their ids come first on a page."""
    return page.after_value == _BY_ID


def place_after(page: Cursor) -> Row:
    """Where a page begins, as parameters of the SQL files. Raises InvalidParameter."""
    if not page.after_id:
        return NO_PLACE
    try:
        kind, own, trace = map(str, json.loads(page.after_id))
    except (ValueError, TypeError):
        raise InvalidParameter("cursor", "takes the next_cursor of the page before") from None
    return {
        "after_time": page.after_time,
        "after_kind": kind,
        "after_id": own,
        "after_trace": trace,
    }


def following(row: Row, page: Cursor, is_by_id: bool) -> str:
    """The cursor of what comes after a thing."""
    update = {
        "after_time": row["key_time"],
        "after_id": json.dumps([row["kind"], row["id"], row["trace_id"]]),
        "after_value": _BY_ID if is_by_id else _BY_WORD,
    }
    return page.model_copy(update=update).encode()


def newest(
    lists: Iterable[tuple[list[Row], int]], is_elsewhere: Callable[[Row], bool]
) -> tuple[list[Row], Row | None]:
    """The things of several lists, each with its limit, in one order, each once, without those
    that are elsewhere; and the last row that was looked at, when more may follow.

    Of a list as long as its limit there may be more, so nothing is taken from beyond its end.
    """
    lists = list(lists)
    ends = [some[-1] for some, limit in lists if len(some) >= limit]
    end = min(ends, key=_place, default=None)
    rows = [
        row
        for some, _ in lists
        for row in some
        if not is_elsewhere(row) and (end is None or _place(row) <= _place(end))
    ]
    # Of the copies of a thing the one that the tables keep.
    rows.sort(key=lambda r: (*_place(r), -r.get("place", 0), r["agent"], r.get("preview", "")))
    return unique(rows), end


def unique(rows: Iterable[Row]) -> list[Row]:
    """The rows without those of a thing that came before: versions, second deliveries."""
    seen: dict[tuple[str, str, str], Row] = {}
    for row in rows:
        seen.setdefault((row["kind"], row["id"], row["trace_id"]), row)
    return list(seen.values())


def _place(row: Row) -> tuple[int, str, str, str]:
    """Where a thing stands among all: the newest first, then by kind, id and trace."""
    return -row["key_time"], row["kind"], row["id"], row["trace_id"]
