"""`/api/v1/events`: what was reported as an event."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.db import Row
from query_service.models.cursor import Cursor
from query_service.models.event import event
from query_service.models.parameters.events import EventsQuery
from query_service.models.values import normalise
from query_service.routes.context import database
from query_service.routes.paging import after, next_cursor, opened, window
from query_service.schemas.events import Events

blueprint = APIBlueprint("events", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Traces")])


@blueprint.get("/events", summary="Events, newest first", responses={200: Events})
def events(query: EventsQuery) -> dict[str, Any]:
    """Events of the events topic and OTLP log events, state events of tasks among them."""
    asked, page = opened(query, query.cursor)
    chosen = {
        "trace_id": query.trace_id or "",
        "agent": normalise(query.agent_name or ""),
        "event_type": query.event_type or "",
        "severity": query.severity or "",
        "text": query.text or "",
    }
    where = {**window(query, asked), "at": asked.parameters["at"]}
    rows = _newest(chosen, where, page, query.limit + 1) if query.limit else []
    cursor = next_cursor(rows, query.limit, page, ("key_time", "event_id"))
    return {
        "total": len(rows) if query.limit and not (query.cursor or cursor) else None,
        "events": [event(row) for row in rows[: query.limit]],
        "next_cursor": cursor,
    }


def _newest(chosen: dict[str, str], where: dict[str, str], page: Cursor, count: int) -> list[Row]:
    """Up to `count` events that match, newest first, after the page's place.

    The narrow table has an event at each time that it came with: those but the earliest are left
    out, and the search goes on after them.
    """
    found: list[Row] = []
    while len(found) < count:
        wanted = count - len(found)
        asked = {**chosen, **where, **after(page), "limit": wanted}
        places = database().rows("events/page", asked)
        if places:
            whole = {"ids": [place["event_id"] for place in places], **chosen}
            rows = {row["event_id"]: row for row in database().rows("events/whole", whole)}
            found += [
                rows[place["event_id"]]
                for place in places
                if place["event_id"] in rows
                and rows[place["event_id"]]["key_time"] == place["key_time"]
            ]
        if len(places) < wanted:
            break
        last = {"after_time": places[-1]["key_time"], "after_id": places[-1]["event_id"]}
        page = page.model_copy(update=last)
    return found
