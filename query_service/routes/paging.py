"""Pages of a list by keyset, and the window of time that a list is asked for."""

from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, TypeVar

from flask import request

from query_service.db import Row
from query_service.errors import InvalidParameter
from query_service.models.cursor import END, Cursor
from query_service.models.parameters.lists import PageQuery, WindowQuery
from query_service.models.values import normalise
from query_service.routes.context import Moment, absolute, bound, moment

FIRST = "1970-01-01 00:00:00"
LAST = "2200-01-01 00:00:00"
T = TypeVar("T")
_AGENTS = ("agent_name", "source", "target")


def opened(query: PageQuery, cursor: str | None) -> tuple[Moment, Cursor]:
    """The moment asked for, and where its page begins: at the first row without a cursor.

    All pages are of the moment of the first one, and in its order. Raises InvalidParameter.
    """
    list_and_filters = _digest(query)
    if cursor is None:
        asked = moment(query.at)
        begin = 0 if query.sort.startswith("-") else END
        page = Cursor(at=asked.at, now=asked.now, after_time=begin, sort=query.sort)
        return asked, page.model_copy(update={"of": list_and_filters})
    page = Cursor.decode(cursor)
    usual = type(query).model_fields["sort"].default
    if (page.sort or usual) != query.sort:
        raise InvalidParameter(
            "cursor",
            f"belongs to sort={page.sort or usual}: give that too, or begin without a cursor",
        )
    if page.of not in ("", list_and_filters):
        raise InvalidParameter(
            "cursor",
            "belongs to another list or to other filters: give those of the page before, "
            "or begin without a cursor",
        )
    return Moment(page.at, page.now), page


def _digest(query: PageQuery) -> str:
    """Tells lists and their filters apart, however these are spelled, in a few characters."""
    given = query.model_dump(exclude={"at", "cursor", "limit", "sort"}, exclude_none=True)
    chosen = [(name, _alike(name, given[name])) for name in sorted(given) if given[name] != ""]
    text = repr((normalise(request.path), chosen))
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]


def _alike(name: str, value: Any) -> Any:
    """The same for values that choose the same."""
    if isinstance(value, list):
        return sorted(set(value))
    return normalise(value) if name in _AGENTS else value


def window(query: WindowQuery, asked: Moment) -> dict[str, str]:
    """`since` and `until` as parameters of the SQL files; all times where they are not given.

    Raises InvalidParameter.
    """
    since, until = query.since, query.until
    times = {
        "since": FIRST if since is None else bound(absolute(since, asked.now, "since")),
        "until": LAST if until is None else bound(absolute(until, asked.now, "until")),
    }
    if since is not None and times["until"] < times["since"]:
        raise InvalidParameter("until", f"lies before since, {times['since'].replace(' ', 'T')}")
    return times


def after(page: Cursor) -> dict[str, int | str]:
    """The row that a page begins after, as parameters `after_time` and `after_id`."""
    return {"after_time": page.after_time, "after_id": page.after_id}


def next_cursor(
    rows: list[Row], limit: int, page: Cursor, key: tuple[str, str], value: str = ""
) -> str | None:
    """The cursor of the next page; None at the end.

    `rows` are one more than `limit` when more follow; `key` names their columns of time (Unix ns)
    and id, `value` that of what they are sorted by before.
    """
    if not 0 < limit < len(rows):
        return None
    return following(rows[limit - 1], page, key, value).encode()


def following(last: Row, page: Cursor, key: tuple[str, str], value: str = "") -> Cursor:
    """The place after a row, as for `next_cursor`."""
    place = {"after_time": last[key[0]], "after_id": last[key[1]]}
    if value:
        place["after_value"] = last[value]
    return page.model_copy(update=place)


def fixed(page: Cursor) -> Cursor:
    """The page with its `at` fixed: for orders by what changes, so that each row is shown once."""
    return page.model_copy(update={"at": min(page.at, page.now)})


def cut(
    rows: Iterable[T], limit: int, page: Cursor, key: Callable[[T], tuple[int, str]], moves: bool
) -> tuple[list[T], str | None]:
    """One page of rows that are all there, and the cursor of the next one.

    `key` is a number and an id, the least first. When the number `moves`, the next page is of the
    time of this one.
    """
    ordered = sorted(rows, key=key, reverse=page.is_turned)
    if page.after_id:
        place = (page.after_value, page.after_id)
        turned = page.is_turned
        ordered = [row for row in ordered if (key(row) < place if turned else key(row) > place)]
    if not 0 < limit < len(ordered):
        return ordered[:limit], None
    value, identity = key(ordered[limit - 1])
    place_after = {"after_value": value, "after_id": identity}
    after_last = (fixed(page) if moves else page).model_copy(update=place_after)
    return ordered[:limit], after_last.encode()
