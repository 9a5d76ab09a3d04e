"""Traffic recorded from an existing system: each record is in its table or in dead_letters."""

import json
from pathlib import Path

import pytest
from kafka import KafkaProducer

from query_service.db import connect
from tests.stack import Stack
from tests.waiting import wait_until

RECORDED = Path(__file__).parents[1] / "data" / "recorded-traffic.jsonl"
STORED = {
    "agent-telemetry-spans": "SELECT SpanId FROM otel_traces WHERE SpanId IN {ids:Array(String)}",
    "agent-telemetry-traces": (
        "SELECT trace_id FROM trace_records WHERE trace_id IN {ids:Array(String)}"
    ),
    "agent-telemetry-events": "SELECT event_id FROM events WHERE event_id IN {ids:Array(String)}",
    "agent-telemetry-handoffs": (
        "SELECT JSONExtractString(record, 'handoff_id') FROM handoffs "
        "WHERE JSONExtractString(record, 'handoff_id') IN {ids:Array(String)}"
    ),
    "agent-telemetry-errors": (
        "SELECT error_id FROM error_reports WHERE error_id IN {ids:Array(String)}"
    ),
    "agent-telemetry-metrics": (
        "SELECT JSONExtractString(record, 'metrics', 'span_id') FROM span_metrics "
        "WHERE JSONExtractString(record, 'metrics', 'span_id') IN {ids:Array(String)}"
    ),
    "agent-queue": "SELECT message_id FROM agent_messages WHERE message_id IN {ids:Array(String)}",
}


def _id(topic: str, value: dict[str, object]) -> str:
    metrics = value.get("metrics")
    if isinstance(metrics, dict):
        return str(metrics["span_id"])
    name = "message" if topic.startswith("agent-queue-") else topic.rsplit("-", 1)[1].rstrip("s")
    return str(value[f"{name}_id"])


@pytest.mark.stack
def test_each_record_is_stored(stack: Stack) -> None:
    records = [json.loads(line) for line in RECORDED.read_text().splitlines()]
    ids: dict[str, set[str]] = {}
    producer = KafkaProducer(bootstrap_servers=stack.kafka)
    for record in records:
        topic = record["topic"]
        kind = "agent-queue" if topic.startswith("agent-queue-") else topic
        ids.setdefault(kind, set()).add(_id(topic, json.loads(record["value"])))
        producer.send(
            topic,
            key=record["key"].encode(),
            value=record["value"].encode(),
            headers=[(name, value.encode()) for name, value in record["headers"]],
        )
    producer.flush(timeout=30)
    producer.close()
    assert set(ids) == set(STORED)

    client = connect(stack.settings)
    for kind, expected in ids.items():

        def complete(kind: str = kind, expected: set[str] = expected) -> bool:
            rows = client.query(STORED[kind], parameters={"ids": sorted(expected)}).result_rows
            return {row[0] for row in rows} == expected

        wait_until(complete, 60)
    assert client.query(
        "SELECT count() FROM dead_letters WHERE reason = 'unknown_topic'"
    ).result_rows[0] == (0,)
