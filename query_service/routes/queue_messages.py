"""The messages of one queue, by pages."""

from datetime import UTC, datetime, timedelta

from query_service.db import Row
from query_service.models.cursor import Cursor
from query_service.models.parameters.queues import QueueQuery
from query_service.models.values import utc
from query_service.routes.context import Moment, bound, database
from query_service.routes.paging import window


def page_of_messages(asked: Moment, agent: str, query: QueueQuery, page: Cursor) -> list[Row]:
    """The messages of a queue after a place, one more than asked for. Of the next records some are
    no further message: when too few are left, more are read."""
    chosen = {
        "at": asked.parameters["at"],
        "agent": agent,
        "message_type": query.message_type or "",
    }
    times = window(query, asked)
    begin, end = times["since"], times["until"]
    if page.after_id:
        last = datetime.fromtimestamp(page.after_time // 10**9, UTC)
        begin, end = (
            (max(begin, bound(last)), end)
            if page.is_turned
            else (begin, min(end, bound(last + timedelta(seconds=1))))
        )
    place = {"after_time": page.after_time, "after_id": int(page.after_id or 0), **page.turn}
    name = "queues/messages_to" if page.is_turned else "queues/messages_from"
    limit = query.limit + 1 if query.limit else 0
    for records in (2 * limit, 20 * limit, None):
        some = {**chosen, "from": begin, "to": end}
        cuts = [] if records is None else database().rows(name, {**some, "skip": records})
        if cuts:
            cut = bound(utc(cuts[0]["cut"]))
            if page.is_turned:
                some["to"] = min(end, cut)
            else:
                some["from"] = max(begin, cut)
        found = database().rows("queues/messages", {**some, **place, "limit": limit})
        if len(found) == limit or not cuts:
            break
    return found
