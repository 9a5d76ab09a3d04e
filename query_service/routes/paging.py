"""Pages of a list by keyset, and the window of time that a list is asked for."""

from query_service.db import Row
from query_service.models.cursor import Cursor
from query_service.models.parameters.lists import AtQuery, WindowQuery
from query_service.routes.context import Moment, absolute, bound, moment

FIRST = "1970-01-01 00:00:00"
LAST = "2200-01-01 00:00:00"


def opened(query: AtQuery, cursor: str | None) -> tuple[Moment, Cursor]:
    """The moment asked for, and where its page begins: at the first row without a cursor.

    All pages are of the moment of the first one. Raises InvalidParameter.
    """
    if cursor is None:
        asked = moment(query.at)
        return asked, Cursor(at=asked.at, now=asked.now)
    page = Cursor.decode(cursor)
    return Moment(page.at, page.now), page


def window(query: WindowQuery, asked: Moment) -> dict[str, str]:
    """`since` and `until` as parameters of the SQL files; all times where they are not given.

    Raises InvalidParameter.
    """
    since, until = query.since, query.until
    return {
        "since": FIRST if since is None else bound(absolute(since, asked.now, "since")),
        "until": LAST if until is None else bound(absolute(until, asked.now, "until")),
    }


def after(page: Cursor) -> dict[str, int | str]:
    """The row that a page begins after, as parameters `after_time` and `after_id`."""
    return {"after_time": page.after_time, "after_id": page.after_id}


def next_cursor(rows: list[Row], limit: int, page: Cursor, key: tuple[str, str]) -> str | None:
    """The cursor of the next page; None at the end.

    `rows` are one more than `limit` when more follow; `key` names their columns of time (Unix ns)
    and id.
    """
    if not 0 < limit < len(rows):
        return None
    last = rows[limit - 1]
    place = {"after_time": last[key[0]], "after_id": last[key[1]]}
    return page.model_copy(update=place).encode()
