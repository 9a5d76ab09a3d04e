"""What a live stream sends."""

from typing import Any

from query_service.schemas.base import Stored, field


class LiveMessage(Stored):
    """One message: the record as it came, with what we add beside it."""

    kind: Any = field(
        "message, event, span, error, handoff, trace_record or dead_letter", "message"
    )
    row_id: Any = field("The same whenever this comes again", "1f0c3b5a9d2e4f60")
    cursor: Any = field("Where to come back to, to miss nothing", "MTc5NTM0ODUzODc4NDYxNi4xMg")
    late: Any = field("true when it tells of what happened over 5 minutes ago", True)
    truncated: Any = field("true when the record is larger than 256 KiB, and left out", True)
    record_bytes: Any = field("How large it is", 300_000)
    preview: Any = field("The first 200 characters, where the record is left out", "look it up")
    type: Any = field(
        "agent_queue_message, error, handoff, span, trace or dead_letter; an event has none",
        "agent_queue_message",
    )
    event_type: Any = field("Of events what happened; of errors error_recorded", "agent_start")
    queue_topic: Any = field("Of messages: their queue", "agent-queue-researcher")
    message_id: Any = field("Of messages: their id", "m1")
    trace_id: Any = field("Its trace", "4bf92f3577b34da6a3ce929d0e0e4736")
    agent_name: Any = field("Who did it", "Researcher")
    severity: Any = field("Of events and errors", "info")
    timestamp: Any = field("When it happened", "2026-11-22T11:51:55.756869")
