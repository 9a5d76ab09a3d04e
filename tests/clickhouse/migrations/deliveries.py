"""Each sort of thing once, and the ways in which it is delivered again."""

import random
from typing import Any

from tests.clickhouse.migrations import records
from tests.clickhouse.migrations.records import Row, message, record
from tests.clickhouse.migrations.store import Store


def deliveries() -> list[tuple[str, Row]]:
    """Each thing once: (landing table, row)."""
    queue, home = "agent-queue-writer", "agent-queue-orchestrator"
    raw = [
        record(queue, 1, message(message_id="m-1", ttl_seconds=600)),
        record(queue, 2, message(message_id="m-2", timestamp="2026-11-22T12:10:00Z")),
        record(queue, 3, message(timestamp=None, message_id=None)),
        record(home, 1, message(message_id="r-1", message_type="result", parent_message_id="m-1",
                                source_agent="Writer", timestamp="2026-11-22T12:01:00")),
        record(home, 2, message(message_id="r-2", message_type="error", parent_message_id="m-1",
                                source_agent="Writer", timestamp="2026-11-22T12:02:00",
                                payload={"error": "boom", "error_type": "ValueError"})),
        record(home, 3, message(message_id="b-1", message_type="heartbeat")),
        record("agent-telemetry-spans", 1, records.span(status="running", end_time=None)),
        record("agent-telemetry-spans", 5, records.span()),
        record("agent-telemetry-spans", 6, records.span(span_id="s-2", status="failed",
                                                        end_time=None)),
        record("agent-telemetry-traces", 1, records.trace()),
        record("agent-telemetry-events", 1, records.event()),
        record("agent-telemetry-events", 2, records.event(event_id=None)),
        record("agent-telemetry-handoffs", 1, records.handoff()),
        record("agent-telemetry-metrics", 1, records.metric()),
        record("agent-telemetry-errors", 1, records.error()),
        record("agent-telemetry-errors", 2, records.error(error_id="x-2")),
        record("agent-telemetry-errors", 3, b"nope"),
        record("agent-queue-writer", 9, b"[]"),
    ]  # fmt: skip
    exception = {"exception.type": "E", "exception.message": "m"}
    spans = [
        records.otlp_span(1),
        records.otlp_span(2, SpanId="b" * 16, ParentSpanId=records.SPAN),
        records.otlp_span(
            3, SpanId="c" * 16, SpanKind="Consumer",
            SpanAttributes={"messaging.message.id": "m-2", "gen_ai.agent.name": "Writer"},
            **{"Events.Timestamp": ["2026-11-22 12:00:00.15"], "Events.Name": ["exception"],
               "Events.Attributes": [exception],
               "Links.TraceId": ["f" * 32], "Links.SpanId": ["f" * 16],
               "Links.TraceState": [""], "Links.Attributes": [{}]},
        ),
    ]  # fmt: skip
    logs = [
        records.otlp_log(1),
        records.otlp_log(2, Body="other"),
        records.sign(3, "claimed", "m-2", "2026-11-22 12:11:00"),
        records.sign(4, "heartbeat", "m-2", "2026-11-22 12:12:00"),
        records.otlp_log(5, EventName="exception", LogAttributes=exception),
        records.otlp_log(6, EventName="my.event"),
        records.seen(7, "entity_state", "2026-11-22 12:00:00", phase="Pending"),
        records.seen(8, "entity_state", "2026-11-22 12:01:00", phase="Running"),
        records.seen(9, "entity_delete", "2026-11-22 12:02:00"),
    ]
    group = {"group": "agent-writer-consumer", "topic": queue, "partition": "0"}
    gauges = [
        records.otlp_point(1, Value=1.0),
        records.otlp_point(2, Value=2.0, Attributes={"a": "2"}),
        records.kafka("consumer_group.offset", 0, "2026-11-22 12:00:00", **group),
        records.kafka("consumer_group.offset", 2, "2026-11-22 12:20:00", **group),
        records.kafka("consumer_group.offset", 2, "2026-11-22 12:21:00", **group),
        records.kafka("consumer_group.offset", 7, "2026-11-22 12:21:00", **group | {"group": "g"}),
        records.kafka("consumer_group.members", 1, "2026-11-22 12:20:00", group=group["group"]),
        records.otlp_point(
            8, Value=2.0, MetricName="k8s.pod.phase", ServiceName=records.OBSERVER,
            Attributes={"k8s.namespace.name": "shop", "k8s.pod.name": "coder-1"},
        ),
        records.otlp_point(
            9, Value=3.0, MetricName="agent_telemetry.model.requests",
            ServiceName=records.OBSERVER,
            Attributes={"agent_telemetry.source.name": "litellm",
                        "agent_telemetry.model.name": "writer",
                        "agent_telemetry.model.uid": "d1"},
        ),
    ]  # fmt: skip
    return [
        *((landing(row), row) for row in raw),
        *(("landing_traces", row) for row in spans),
        *(("landing_logs", row) for row in logs),
        *(("landing_metrics_gauge", row) for row in gauges),
        ("landing_metrics_sum", records.otlp_point(1, Value=1.5, IsMonotonic=True)
         | {"MetricName": "kafka.partition.current_offset",
            "Attributes": {"topic": queue, "partition": "0"}}),
        ("landing_metrics_histogram", records.otlp_point(1, Count=2, BucketCounts=[1, 1])),
        ("landing_metrics_exponential_histogram", records.otlp_point(1, Count=2, Scale=3)),
        ("landing_metrics_summary", records.otlp_point(1, Count=2)),
    ]  # fmt: skip


def landing(row: Row) -> str:
    """The table that the Collector writes a raw record to."""
    is_message = row["LogAttributes"]["kafka.topic"].startswith("agent-queue-")
    return "landing_messages" if is_message else "landing_records"


def before(table: str) -> str:
    """The table that a Collector wrote to when messages had none of their own."""
    return "landing_records" if table == "landing_messages" else table


def elsewhere(table: str, row: Row, luck: random.Random) -> Row:
    """The same thing again: at another time of arrival, from another place in Kafka."""
    again: dict[str, Any] = dict(row)
    offset = str(luck.randint(10_000, 1_000_000))
    if table in ("landing_messages", "landing_records"):
        again["Timestamp"] = f"2026-11-22 {luck.randint(10, 14)}:00:{luck.randint(10, 59)}.5"
        # An offset tells the versions of a JSON span apart: they keep their order.
        if row["LogAttributes"]["kafka.topic"] != "agent-telemetry-spans" and luck.random() < 0.5:
            again["LogAttributes"] = row["LogAttributes"] | {"kafka.offset": offset}
    else:
        again["ResourceAttributes"] = row["ResourceAttributes"] | {"kafka.offset": offset}
    return again


def renamed(row: Row) -> Row:
    """An earlier version of an OTLP span: the same end, a lower offset, another name."""
    before = row["ResourceAttributes"] | {"kafka.offset": "0"}
    return row | {"SpanName": "before", "ResourceAttributes": before}


def insert_in_batches(store: Store, rows: list[tuple[str, Row]], luck: random.Random) -> None:
    while rows:
        size = luck.randint(5, 60)
        batch, rows = rows[:size], rows[size:]
        for table in dict.fromkeys(table for table, _ in batch):
            store.insert(table, [row for name, row in batch if name == table])
