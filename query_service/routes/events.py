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
from query_service.routes.paging import after, following, next_cursor, opened, window
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
    rows = _matching(chosen, where, page, query.limit + 1) if query.limit else []
    cursor = next_cursor(rows, query.limit, page, ("key_time", "event_id"))
    return {
        "total": len(rows) if query.limit and not (query.cursor or cursor) else None,
        "events": [event(row) for row in rows[: query.limit]],
        "next_cursor": cursor,
    }


def _matching(chosen: dict[str, str], where: dict[str, str], page: Cursor, count: int) -> list[Row]:
    """Up to `count` events that match, in the page's order, after its place.

    The narrow table has an event at each time that it came with, and perhaps twice: those but the
    earliest are left out, and the search goes on after them.
    """
    found: list[Row] = []
    name = "events/page_oldest" if page.is_turned else "events/page"
    while len(found) < count:
        wanted = count - len(found)
        asked = {**chosen, **where, **after(page), "limit": 2 * wanted}
        rows = database().rows(name, asked)
        places = list({(row["key_time"], row["event_id"]): row for row in rows}.values())
        found += _whole(places[:wanted], chosen)
        if len(places) <= wanted and len(rows) < 2 * wanted:
            break
        page = following(places[:wanted][-1], page, ("key_time", "event_id"))
    return found


def _whole(places: list[Row], chosen: dict[str, str]) -> list[Row]:
    """The events of some places, without those whose earliest time is another."""
    if not places:
        return []
    asked = {"ids": [place["event_id"] for place in places], **chosen}
    found = database().rows("events/whole", asked)
    rows = {(row["key_time"], row["event_id"]): row for row in found if row["is_asked"]}
    keys = [(place["key_time"], place["event_id"]) for place in places]
    return [rows[key] for key in keys if key in rows]
