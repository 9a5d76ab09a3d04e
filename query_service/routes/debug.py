"""`/api/v1/debug`: made-up telemetry through the real pipeline, marked as simulated."""

import uuid
from typing import Any

from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from query_service.kafka_sender import send
from query_service.models.simulation import simulated_trace
from query_service.models.values import finite, iso
from query_service.routes.context import context
from query_service.schemas.debug import InjectedEvent, Injection, Simulation

blueprint = APIBlueprint(
    "debug", __name__, url_prefix="/api/v1/debug", abp_tags=[Tag(name="Simulation")]
)


@blueprint.post("/inject-event", summary="Inject an event", responses={200: Injection})
def inject_event(body: InjectedEvent) -> dict[str, Any]:
    """Sends an event to `agent-telemetry-events`, as an agent would: stored within a second or so.

    It keeps its fields; `timestamp` becomes now, `event_id` is made when there is none, and
    `simulated` is true. 503 when Kafka does not answer.
    """
    event = finite(body.model_dump(exclude_unset=True))
    event["event_id"] = event.get("event_id") or str(uuid.uuid4())
    event |= {"timestamp": iso(context().clock()), "simulated": True}
    send(context().settings.kafka_bootstrap_servers, [("agent-telemetry-events", event)])
    return {"status": "injected", "event_id": str(event["event_id"])}


@blueprint.post("/simulate-trace", summary="Simulate a trace", responses={200: Simulation})
def simulate_trace() -> dict[str, Any]:
    """Sends a made-up trace of three agents: 3 spans, 2 handoffs, and their events.

    Its agents are called "Simulated …", and each record has `simulated` true. No queue gets a
    message: an agent would take it for work. 503 when Kafka does not answer.
    """
    trace_id, records = simulated_trace(context().clock())
    send(context().settings.kafka_bootstrap_servers, records)
    return {"trace_id": trace_id, "message": "Simulated trace created with events"}
