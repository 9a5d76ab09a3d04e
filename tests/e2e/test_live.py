"""What is produced to Kafka comes out of both live streams."""

import json
from datetime import UTC, datetime

import pytest

from tests.e2e.kafka import send
from tests.query_service.live.served import Socket, events
from tests.stack import Stack

pytestmark = pytest.mark.stack


def test_what_is_produced_comes_to_every_client(stack: Stack) -> None:
    address = stack.query_url.removeprefix("http://")
    now = datetime.now(UTC).replace(tzinfo=None).isoformat()
    told: dict[str, dict[str, object]] = {
        "agent-queue-live": {"message_id": "live-1", "message_type": "task", "payload": {"a": 1}},
        "agent-telemetry-events": {"event_id": "live-2", "event_type": "agent_start"},
        "agent-telemetry-spans": {"span_id": "live-3", "trace_id": "live", "start_time": now},
        "agent-telemetry-errors": {"error_id": "live-4", "error_type": "ValueError"},
    }
    with Socket(address) as ws, events(address) as stream:
        send(
            stack.kafka,
            [
                (topic, None, json.dumps({"timestamp": now, **record}).encode())
                for topic, record in told.items()
            ],
        )
        expected = {f"live-{number}" for number in range(1, 5)}
        by_socket: set[str] = set()
        while not expected <= by_socket:
            by_socket.update(map(str, ws.receive().values()))
        by_event: set[str] = set()
        while not expected <= by_event:
            by_event.update(map(str, next(stream).get("data", {}).values()))
