"""What an operator makes up takes the way of everything else, and is marked."""

import httpx
import pytest

from tests.stack import Stack
from tests.waiting import wait_until


@pytest.mark.stack
def test_a_simulated_trace_and_an_injected_event_come_through_the_pipeline(stack: Stack) -> None:
    with httpx.Client(base_url=stack.query_url, timeout=60) as client:
        made = client.post("/api/v1/debug/simulate-trace").raise_for_status().json()
        injected = client.post("/api/v1/debug/inject-event", json={"event_type": "made_up"})
        trace = f"/api/v1/traces/{made['trace_id']}"
        wait_until(lambda: client.get(trace).status_code == 200)
        wait_until(lambda: len(client.get(trace).json()["events"]) == 6)
        events = "/api/v1/events?event_type=made_up"
        (event,) = wait_until(lambda: client.get(events).json()["events"])
        assert (event["event_id"], event["simulated"]) == (injected.json()["event_id"], True)
        found = client.get("/api/v1/search", params={"q": made["trace_id"][:12]}).json()["items"]
        assert made["trace_id"] in [thing["id"] for thing in found]
        answer = client.post(
            "/api/v1/sql",
            json={"query": "SELECT uniqExact(SpanId) FROM otel_traces WHERE Simulated"},
        )
        assert answer.json()["rows"] == [[3]]
