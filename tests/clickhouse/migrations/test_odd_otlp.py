"""Spans, logs and points with odd values: each row is kept."""

from tests.clickhouse.migrations import records
from tests.clickhouse.migrations.kept import load
from tests.clickhouse.migrations.store import Row, Store


def test_odd_otlp_rows(store: Store) -> None:
    big = "x" * 5_000_000
    ours = {"kafka.topic": "mine", "kafka.offset": "9", "kafka.header.service": "s", "": ""}
    zeros = {"TraceId": "0" * 32, "SpanId": "0" * 16}
    none = {"TraceId": "", "SpanId": ""}
    odd_spans: list[Row] = [
        {"SpanId": "d1", "Duration": 2**64 - 1},
        {"SpanId": "d2", "Duration": 2**63},
        {"SpanId": "d3", "Timestamp": 9223372036, "Duration": 2**62},
        {"SpanId": "d4", "Timestamp": -9223372036, "Duration": 2**63},
        {"SpanId": "d5", "SpanAttributes": {"big": big}, "StatusMessage": big},
        {"SpanId": "d6", "SpanAttributes": ours},
        {"SpanId": "d7", "Links.TraceId": ["a", ""], "Links.SpanId": ["b", ""],
         "Links.TraceState": ["", ""], "Links.Attributes": [{}, ours]},
        {"SpanId": "d8", "Events.Timestamp": [-9223372036],
         "Events.Name": ["exception"], "Events.Attributes": [{"exception.message": "\x00'"}]},
        {"SpanId": "d9", "SpanAttributes": {"gen_ai.usage.input_tokens": "NaN",
         "messaging.message.id": "\x00"}, "SpanKind": "Consumer"},
        none | {"SpanName": "a"}, none | {"SpanName": "b"},
        zeros | {"SpanName": "a"}, zeros | {"SpanName": "b"},
        {"SpanId": "", "SpanName": "a"}, {"SpanId": "", "SpanName": "b"},
    ]  # fmt: skip
    spans = [records.otlp_span(n, **fields) for n, fields in enumerate(odd_spans)]
    load(store, "landing_traces", spans)
    load(store, "landing_traces", spans)
    store.merge()
    assert store.value("SELECT count() FROM otel_traces FINAL") == len(spans)
    assert store.rows("SELECT attributes FROM spans WHERE span_id = 'd6'") == [{"attributes": ours}]

    logs = [
        records.otlp_log(0, Body=big),
        records.otlp_log(1, LogAttributes=ours),
        records.otlp_log(2, EventName="exception", LogAttributes={"exception.type": "\x00"}),
        records.otlp_log(3, Body="[" * 5000, LogAttributes={"agent_telemetry.error.id": "e"}),
        records.otlp_log(4, SeverityNumber=255, TraceId="", SpanId=""),
        records.otlp_log(5, EventName="agent_telemetry.task.done", LogAttributes={}),
    ]
    load(store, "landing_logs", logs)
    store.merge()
    assert store.value("SELECT count() FROM otel_logs FINAL") == len(logs)
    assert store.value("SELECT count() FROM error_reports FINAL WHERE origin = 'log'") == 2

    values = ["nan", "inf", "-inf", 1e300, -1e300, 0.5, 2.0**63]
    names = ["consumer_group.offset", "partition.current_offset", "consumer_group.members"]
    points = [
        records.kafka(name, 0, f"2026-11-22 12:00:{n:02}", group="g", topic="t") | {"Value": v}
        for name in names
        for n, v in enumerate(values)
    ]
    for table in ("gauge", "sum"):
        load(store, f"landing_metrics_{table}", points)
        assert store.value(f"SELECT count() FROM otel_metrics_{table} FINAL") == len(points)
    # What is no number of records is no observation of Kafka.
    assert store.rows("SELECT DISTINCT value FROM kafka_offsets FINAL") == [{"value": 0}]
