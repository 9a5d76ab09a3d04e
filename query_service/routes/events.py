"""`/api/v1/events`: what was reported as an event."""

from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.models.event import event
from query_service.models.parameters import EventsQuery
from query_service.models.values import normalise
from query_service.routes.context import database, moment
from query_service.schemas.events import Events

blueprint = APIBlueprint("events", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="Traces")])


@blueprint.get("/events", summary="Events, newest first", responses={200: Events})
def events(query: EventsQuery) -> dict[str, Any]:
    """Events of the events topic and OTLP log events, state events of tasks among them."""
    rows = database().rows(
        "events/list",
        {
            "at": moment(query.at).parameters["at"],
            "trace_id": query.trace_id or "",
            "agent": normalise(query.agent_name or ""),
            "event_type": query.event_type or "",
            "severity": query.severity or "",
            "limit": max(query.limit, 1),  # one row at least: it has the total
        },
    )
    return {
        "total": rows[0]["total"] if rows else 0,
        "events": [event(row) for row in rows[: query.limit]],
    }
