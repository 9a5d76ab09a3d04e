"""What `/api/v1/events` answers."""

from typing import Any

from query_service.schemas.base import Answer, Stored, field


class Event(Stored):
    """An event as it was sent, or made from an OTLP log event with these same fields."""

    event_id: Any = field("Id of the event", "8e4b3f0a-4f0e-4a53-9a3c-5d1d6a2f7c10")
    trace_id: Any = field("Its trace; empty when it has none", "4bf92f3577b34da6a3ce929d0e0e4736")
    span_id: Any = field("Its span, or null", "00f067aa0ba902b7")
    event_type: Any = field("What happened", "agent_telemetry.task.claimed")
    severity: Any = field("debug, info, warning, error or critical", "info")
    agent_id: Any = field("Id of the agent, or null", "researcher")
    agent_name: Any = field("Agent as it calls itself, or null", "Researcher")
    message: Any = field("What happened, in words", "claimed a task")
    data: Any = field("Details, an object", {"messaging.message.id": "m1"})
    timestamp: Any = field("When it happened", "2026-11-22T11:51:55.756869")
    oddities: Any = field("What is odd about it, when something is", ["timestamp_out_of_range"])


class Events(Answer):
    """Events, newest first."""

    total: int | None = field("Events that match, when all are on this page; else null", 1)
    events: list[Event] = field("The newest of them")
    next_cursor: str | None = field("For the next page; null at the end", "eyJhdCI6IjIwMjYtMTEtMj")
