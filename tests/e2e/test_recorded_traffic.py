"""Traffic recorded from an existing system: each record is in its table or in dead_letters."""

import json
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from query_service.db import connect
from tests.e2e import stored
from tests.e2e.kafka import Position
from tests.stack import Stack
from tests.waiting import wait_until

RECORDED = Path(__file__).parents[1] / "data" / "recorded-traffic.jsonl"
SPANS, TRACES = "agent-telemetry-spans", "agent-telemetry-traces"
HANDOFFS = "agent-telemetry-handoffs"
STORED = {
    SPANS: "SELECT SpanId AS id, Record FROM otel_traces FINAL",
    TRACES: "SELECT trace_id AS id, '' FROM trace_records FINAL",
    "agent-telemetry-events": "SELECT event_id AS id, record FROM events FINAL",
    HANDOFFS: "SELECT handoff_id AS id, record FROM handoffs FINAL",
    "agent-telemetry-errors": "SELECT error_id AS id, record FROM error_reports FINAL",
    "agent-telemetry-metrics": (
        "SELECT JSONExtractString(record, 'metrics', 'span_id') AS id, record "
        "FROM span_metrics FINAL"
    ),
    "agent-queue": "SELECT message_id AS id, body FROM agent_messages FINAL",
}


def _id(topic: str, value: dict[str, Any]) -> str:
    if topic.endswith("-metrics"):
        return str(value["metrics"]["span_id"])
    name = "message" if topic.startswith("agent-queue-") else topic.rsplit("-", 1)[1].rstrip("s")
    return str(value[f"{name}_id"])


def _send(bootstrap: str) -> dict[Position, bytes]:
    """Send the traffic as it was recorded; each value by its position."""
    records = [json.loads(line) for line in RECORDED.read_text().splitlines()]
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    futures = [
        producer.send(
            record["topic"],
            key=record["key"].encode(),
            value=record["value"].encode(),
            headers=[(name, value.encode()) for name, value in record["headers"]],
        )
        for record in records
    ]
    sent = [future.get(timeout=120) for future in futures]
    producer.close(timeout=10)
    assert len(sent) == len(records)
    return {
        (to.topic, to.partition, to.offset): record["value"].encode()
        for to, record in zip(sent, records, strict=True)
    }


@pytest.mark.stack
@pytest.mark.timeout(600)
def test_each_record_is_stored(stack: Stack) -> None:
    sent = _send(stack.kafka)
    values = {position: json.loads(value) for position, value in sent.items()}
    traces = [value for position, value in values.items() if position[0] == TRACES]
    copies = [copy for trace in traces for copy in (*trace["spans"], *trace["handoffs"])]
    # A running span makes way for its end; a copy in a trace record may stand for the record.
    known = [*copies, *(value for position, value in values.items() if position[0] == SPANS)]
    ended = {s["span_id"]: s for s in known if s.get("status") == "completed"}
    replaced = {p for p, value in values.items() if value.get("status") == "running"}
    assert replaced and {values[p]["span_id"] for p in replaced} <= ended.keys()
    copied = {p for p, value in values.items() if p[0] != TRACES and value in copies}

    client = connect(stack.settings)
    wait_until(lambda: stored.missing(client, sent) <= replaced | copied, 180, every=0.5)
    stored.merge(client)
    assert replaced <= stored.missing(client, sent) <= replaced | copied

    by_kind: dict[str, list[tuple[str, Any]]] = {SPANS: list(ended.items())}
    for position, value in values.items():
        topic = position[0]
        if topic != SPANS:
            kind = "agent-queue" if topic.startswith("agent-queue-") else topic
            by_kind.setdefault(kind, []).append((_id(topic, value), value))
    assert by_kind.keys() == STORED.keys()
    for kind, expected in by_kind.items():
        ids = [name for name, _ in expected]
        query = f"{STORED[kind]} WHERE id IN {{ids:Array(String)}}"
        rows = client.query(query, parameters={"ids": ids}).result_rows
        assert sorted(name for name, _ in rows) == sorted(ids), kind
        if kind != TRACES:  # kept without its spans
            assert {name: json.loads(record) for name, record in rows} == dict(expected), kind
    odd = client.query("SELECT topic, partition, offset FROM dead_letters").result_rows
    assert not set(odd) & sent.keys()
