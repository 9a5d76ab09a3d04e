"""Contract 1: delivered twice, late, in another order, elsewhere: the answers are the same."""

import random
import re
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.clickhouse.migrations import records
from tests.clickhouse.migrations.records import Row, message, record
from tests.clickhouse.migrations.store import Store

# What may differ between deliveries: when and where a row came.
ANSWERS = {
    "deliveries": "SELECT message_id, uniqExact(body) FROM agent_messages FINAL GROUP BY 1",
    "messages": "SELECT DISTINCT * EXCEPT (partition, offset, arrived_at, payload)"
    " FROM agent_messages FINAL",
    "tasks": "SELECT * EXCEPT (partition, offset, arrived_at, version) FROM tasks FINAL",
    "open": "SELECT message_id, body FROM open_tasks FINAL",
    "signs": "SELECT * EXCEPT (arrived_at) FROM task_events FINAL",
    "spans": "SELECT * EXCEPT (arrived_at, topic, partition, offset) FROM spans",
    "traces": "SELECT * EXCEPT (arrived_at, topic, partition, offset, version)"
    " FROM trace_records FINAL",
    "trace_index": "SELECT trace_id, min(start_time) FROM trace_index GROUP BY trace_id",
    "logs": "SELECT * EXCEPT (ArrivedAt, Topic, Partition, Offset) FROM otel_logs FINAL",
    "events": "SELECT * EXCEPT (arrived_at) FROM events FINAL",
    "errors": "SELECT * EXCEPT (arrived_at) FROM error_reports FINAL",
    "handoffs": "SELECT * EXCEPT (arrived_at, version) FROM handoffs FINAL",
    "metrics": "SELECT * EXCEPT (arrived_at) FROM span_metrics FINAL",
    "gauges": "SELECT * EXCEPT (ArrivedAt) FROM otel_metrics_gauge FINAL",
    "sums": "SELECT * EXCEPT (ArrivedAt) FROM otel_metrics_sum FINAL",
    "histograms": "SELECT * EXCEPT (ArrivedAt) FROM otel_metrics_histogram FINAL",
    "exponential": "SELECT * EXCEPT (ArrivedAt) FROM otel_metrics_exponential_histogram FINAL",
    "summaries": "SELECT * EXCEPT (ArrivedAt) FROM otel_metrics_summary FINAL",
    "offsets": "SELECT * EXCEPT (arrived_at) FROM kafka_offsets FINAL",
    "handoff_times": "SELECT * EXCEPT (arrived_at, version) FROM handoff_times FINAL",
    "agent_names": "SELECT agent, name, min(first_seen), max(last_seen) FROM agent_names"
    " GROUP BY agent, name",
    "latest": "SELECT * EXCEPT (arrived_at) FROM kafka_latest FINAL",
    "index": "SELECT DISTINCT * EXCEPT (partition, offset, arrived_at) FROM message_index FINAL",
    "topics": "SELECT * REPLACE (arraySort(groups) AS groups) FROM topics_now",
    "topics_at": "SELECT * REPLACE (arraySort(groups) AS groups)"
    " FROM topics_at(at = '2026-11-22 12:30:00')",
    "pending": "SELECT * EXCEPT (partition, offset, value_hash, behind, is_consumed, state)"
    " FROM open_task_states(now = '2026-11-22 12:30:00', places = ['agent-queue-writer/0'],"
    " passed = [1], begins = [1], topics = ['agent-queue-writer'], waits = ['queued'])",
    "pending_at": "SELECT * EXCEPT (partition, offset, value_hash, behind, is_consumed, state)"
    " FROM open_task_states_at(at = '2026-11-22 12:30:00', places = ['agent-queue-writer/0'],"
    " passed = [1], begins = [1], topics = ['agent-queue-writer'], waits = ['queued'])",
    "commits": "SELECT * FROM consumer_commits(at = '2026-11-22 12:30:00')",
    "readers": "SELECT * REPLACE (arraySort(groups) AS groups)"
    " FROM queue_readers(at = '2026-11-22 12:30:00')",
    "failures": "SELECT * FROM error_failures(at = '2026-11-22 12:30:00')",
    "dead": "SELECT DISTINCT topic, value_hash, reason, value FROM dead_letters FINAL",
    "arrivals": "SELECT DISTINCT kind, id, trace_id, parent_id, agent, source, type, severity,"
    " state, event_time FROM arrivals WHERE kind != 'dead_letter'",
    "outlines": "SELECT * EXCEPT (arrived_at, version) FROM span_outlines FINAL",
    "buckets": "SELECT trace_id, bucket FROM trace_buckets FINAL",
    "trace_messages": "SELECT DISTINCT * EXCEPT (partition, offset, arrived_at)"
    " FROM trace_messages FINAL",
    "trace_handoffs": "SELECT * EXCEPT (arrived_at, version) FROM trace_handoffs FINAL",
    "links": "SELECT * EXCEPT (arrived_at, version) FROM trace_links FINAL",
    "ids": "SELECT * EXCEPT (arrived_at, version) FROM search_ids FINAL",
    "ends": "SELECT * EXCEPT (arrived_at, version) FROM span_ends FINAL",
    "event_times": "SELECT * EXCEPT (arrived_at) FROM event_times FINAL",
    "trace_states": "SELECT * FROM traces(at = '2026-11-22 12:30:00', now = '2026-11-22 12:30:00')",
    "figures": "SELECT * FROM span_figures(at = '2026-11-22 12:30:00',"
    " since = '2026-11-22 00:00:00', until = '2026-11-23 00:00:00')",
}
COUNTS = {
    "deliveries": 6, "messages": 6, "tasks": 3, "open": 2, "signs": 3, "spans": 5, "traces": 1,
    "trace_index": 2, "logs": 6, "events": 6, "errors": 5, "handoffs": 4, "metrics": 1,
    "gauges": 9, "sums": 1, "histograms": 1, "exponential": 1, "summaries": 1, "offsets": 6,
    "commits": 2, "readers": 1, "failures": 5, "dead": 2, "outlines": 5, "buckets": 2,
    "trace_messages": 6, "trace_handoffs": 5, "links": 1, "ends": 3, "event_times": 6,
    "trace_states": 2, "figures": 3, "arrivals": 26, "ids": 27,
}  # fmt: skip


# Tables that no answer above names: asked through views, and one row for each Kafka record.
ASKED_ELSEWHERE = {"otel_traces", "task_answers", "otlp_records"}


def answers(store: Store) -> dict[str, list[str]]:
    """Every answer, its rows in one order."""
    result = {name: sorted(map(str, store.rows(sql))) for name, sql in ANSWERS.items()}
    states = store.states().values()
    keys = {"partition", "offset", "value_hash"}
    told = [sorted((k, v) for k, v in row.items() if k not in keys) for row in states]
    return result | {"states": sorted(map(str, told))}


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
    ]
    return [
        *(("landing_records", row) for row in raw),
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


def elsewhere(table: str, row: Row, luck: random.Random) -> Row:
    """The same thing again: at another time of arrival, from another place in Kafka."""
    again: dict[str, Any] = dict(row)
    offset = str(luck.randint(10_000, 1_000_000))
    if table == "landing_records":
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


def test_every_table_that_a_view_fills_is_asked(store: Store) -> None:
    filled = {
        row["name"]
        for row in store.rows(
            "SELECT DISTINCT extract(create_table_query, ' TO contract.([a-z_]+)') AS name"
            " FROM system.tables WHERE database = 'contract' AND engine = 'MaterializedView'"
        )
    } & set(store.tables)
    named = set(re.findall(r"\w+", " ".join(ANSWERS.values())))
    assert filled - named == ASKED_ELSEWHERE


# No shrinking: an order is not simpler than another, and each try takes a second.
bounded = settings(
    max_examples=5,
    deadline=None,
    print_blob=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


@bounded
@given(luck=st.randoms(use_true_random=False))
def test_the_answers_are_the_same_however_it_is_delivered(
    engine: Store, luck: random.Random
) -> None:
    engine.clear()
    once = deliveries()
    insert_in_batches(engine, once, random.Random(1))
    expected = answers(engine)
    assert {name: len(expected[name]) for name in COUNTS} == COUNTS
    engine.merge()
    assert answers(engine) == expected

    again = [
        *once,
        *((table, elsewhere(table, row, luck)) for table, row in once if luck.random() < 0.7),
        *((table, row) for table, row in once if luck.random() < 0.5),
        *((table, renamed(row)) for table, row in once if table == "landing_traces"),
    ]
    luck.shuffle(again)
    merge_between = luck.randint(0, len(again))
    engine.clear()
    insert_in_batches(engine, again[:merge_between], luck)
    engine.merge()
    insert_in_batches(engine, again[merge_between:], luck)
    before = answers(engine)
    # Tombstones of answers go with the observer's clean-up, which is not merged here.
    assert before == expected
    engine.merge()
    assert answers(engine) == expected


@bounded
@given(luck=st.randoms(use_true_random=False))
def test_different_contents_under_one_id_are_decided_by_themselves(
    engine: Store, luck: random.Random
) -> None:
    """A replay meets them in another order, and tells the same."""
    rows = [
        record("agent-queue-writer", 1, message(reason="a")),
        record("agent-queue-writer", 2, message(reason="b", priority="high")),
        record("agent-queue-x", 3, message(message_id="r", message_type="result",
                                           parent_message_id="m-1")),
        record("agent-queue-x", 4, message(message_id="r", message_type="error",
                                           parent_message_id="m-1")),
        record("agent-telemetry-events", 1, records.event()),
        record("agent-telemetry-events", 2, records.event(message="b")),
        record("agent-telemetry-errors", 1, records.error()),
        record("agent-telemetry-errors", 2, records.error(severity="info")),
        record("agent-telemetry-handoffs", 1, records.handoff()),
        record("agent-telemetry-handoffs", 2, records.handoff(reason="b")),
        record("agent-telemetry-spans", 1, records.span(status="failed")),
        record("agent-telemetry-spans", 1, records.span()),
    ]  # fmt: skip
    own = {"agent_telemetry.event.id": "own"}
    logs = [records.otlp_log(n, Body=f"{n}", LogAttributes=own, EventName="e") for n in range(3)]
    expected = None
    for _ in range(2):
        both = [*(("landing_records", r) for r in rows), *(("landing_logs", r) for r in logs)]
        luck.shuffle(both)
        engine.clear()
        insert_in_batches(engine, both, luck)
        if expected is None:
            expected = answers(engine)
        engine.merge()
        assert answers(engine) == expected


def test_the_order_of_attributes_is_no_difference(store: Store) -> None:
    straight, turned = {"a": "1", "b": "2"}, {"b": "2", "a": "1"}
    for offset, attributes in enumerate((straight, turned)):
        store.insert("landing_logs", [records.otlp_log(offset, LogAttributes=attributes)])
        for kind in ("gauge", "sum", "histogram", "exponential_histogram", "summary"):
            point = records.otlp_point(offset, Attributes=attributes)
            store.insert(f"landing_metrics_{kind}", [point])
    tables = [name for name in store.tables if name.startswith("otel_") and name != "otel_traces"]
    counts = [store.value(f"SELECT count() FROM {table} FINAL") for table in tables]
    assert counts == [1] * 6


def test_first_arrival_stays(store: Store) -> None:
    late, early = "2026-11-22 13:00:00.000000000", "2026-11-22 11:00:00.000000000"
    for arrived in (late, early, late):
        for kind in ("message", "event", "error", "metric"):
            topic, whole = records.JSON_KINDS[kind]
            store.insert("landing_records", [record(topic, 1, whole, arrived=arrived)])
        store.insert("landing_records", [record("agent-queue-x", 9, b"nope", arrived=arrived)])
    store.merge()
    for table in ("agent_messages", "events", "error_reports", "span_metrics", "dead_letters"):
        assert store.value(f"SELECT arrived_at FROM {table} FINAL") == early
