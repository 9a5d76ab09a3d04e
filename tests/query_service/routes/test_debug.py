"""What operators make up goes to Kafka, marked as simulated."""

from typing import Any

import pytest
from kafka.errors import KafkaTimeoutError, MessageSizeTooLargeError

from query_service import kafka_sender
from query_service.routes import debug
from query_service.settings import Settings
from tests.ports import free_port
from tests.query_service.client import client
from tests.query_service.engine import Service, load, produced
from tests.query_service.fake_database import FakeDatabase

Records = list[tuple[str, dict[str, Any]]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Records:
    """The records that would go to Kafka."""
    records: Records = []
    monkeypatch.setattr(debug, "send", lambda servers, batch: records.extend(batch))
    return records


def test_an_event_keeps_its_fields(sent: Records) -> None:
    event = {"event_id": "mine", "message": "hi", "timestamp": "2000", "own": [1, {"a": None}]}
    answer = client(FakeDatabase()).post("/api/v1/debug/inject-event", json=event)
    assert answer.json == {"status": "injected", "event_id": "mine"}
    marked = event | {"timestamp": "2026-11-22T12:00:00", "simulated": True}
    assert sent == [("agent-telemetry-events", marked)]


def test_an_event_gets_an_id(sent: Records) -> None:
    answer = client(FakeDatabase()).post("/api/v1/debug/inject-event", json={})
    assert answer.json is not None
    assert sent[0][1]["event_id"] == answer.json["event_id"] != ""


def test_nan_is_null(sent: Records) -> None:
    body = '{"event_id": "x", "number": NaN}'
    web = client(FakeDatabase())
    web.post("/api/v1/debug/inject-event", data=body, content_type="application/json")
    assert sent[0][1]["number"] is None


@pytest.mark.parametrize("path", ["inject-event", "simulate-trace"])
def test_without_kafka_it_is_503(path: str) -> None:
    settings = Settings(kafka_bootstrap_servers=f"127.0.0.1:{free_port()}")
    answer = client(FakeDatabase(), settings).post(f"/api/v1/debug/{path}", json={})
    assert answer.status_code == 503


@pytest.mark.parametrize(
    ("failure", "status"),
    [(MessageSizeTooLargeError("2 MB"), 413), (KafkaTimeoutError("10 s"), 503)],
)
def test_what_kafka_does_not_take_is_said(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, status: int
) -> None:
    class Refused:
        """A record that arrives nowhere."""

        def get(self, timeout: float) -> None:
            raise failure

    class Producer:
        """Sends nothing."""

        def __init__(self, **_: Any) -> None:
            pass

        def send(self, topic: str, value: bytes, headers: list[tuple[str, bytes]]) -> Refused:
            return Refused()

        def close(self, timeout: float) -> None:
            pass

    monkeypatch.setattr(kafka_sender, "KafkaProducer", Producer)
    monkeypatch.setattr(kafka_sender, "check_reachable", lambda servers: None)
    answer = client(FakeDatabase()).post("/api/v1/debug/inject-event", json={})
    assert answer.status_code == status


def test_a_simulated_trace_is_told_whole_and_marked_in_every_table(
    empty: Service, sent: Records
) -> None:
    made = empty.web.post("/api/v1/debug/simulate-trace").json
    injected = empty.web.post("/api/v1/debug/inject-event", json={"event_id": "mine"})
    assert made is not None
    assert injected.status_code == 200
    load(empty.tables, [produced(topic, i, **value) for i, (topic, value) in enumerate(sent)])
    found = empty.get(f"/api/v1/traces/{made['trace_id']}")
    assert found["trace"]["status"] == "completed"
    counts = {name: len(found[name]) for name in ("spans", "events", "handoffs")}
    assert counts == {"spans": 3, "events": 6, "handoffs": 2}
    for table, column, rows in (
        ("events", "simulated", 7),
        ("handoffs", "simulated", 2),
        ("trace_records", "simulated", 1),
        ("otel_traces", "Simulated", 3),
    ):
        marked = empty.tables.query(f"SELECT countIf({column}), count() FROM {table} FINAL")
        assert marked.result_rows == [(rows, rows)], table
