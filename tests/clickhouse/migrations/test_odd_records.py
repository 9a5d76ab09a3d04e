"""Records that are no messages, or odd around the message: each is kept."""

import json

import pytest

from tests.clickhouse.migrations import records
from tests.clickhouse.migrations.kept import load
from tests.clickhouse.migrations.store import Store


def test_bytes_that_are_no_message_are_dead_letters_byte_for_byte(store: Store) -> None:
    deep = b'{"a":' * 3000 + b"1" + b"}" * 3000
    values = [
        b"", b"\x00", b"\xff\xfe\x00x", b"nope", b"[1,2]", b"null", b'"text"', b"5", b"{", deep,
        b'{"message_id": "a\xff"}', b"x" * 10_000_000, b'{"n": 1e999}', b"\xef\xbb\xbf", b"{}{}",
    ]  # fmt: skip
    topics = ["agent-queue-writer", "agent-telemetry-spans", "agent-telemetry-errors"]
    rows = [records.record(t, i, v) for t in topics for i, v in enumerate(values)]
    neighbour = records.record("agent-queue-writer", 999, records.message())
    load(store, "landing_records", [neighbour, *rows, neighbour])
    store.merge()
    for topic in topics:
        found = store.rows(
            "SELECT offset, hex(value) AS value, reason FROM dead_letters FINAL"
            " WHERE topic = {topic:String} ORDER BY offset",
            topic=topic,
        )
        assert [bytes.fromhex(row["value"]) for row in found] == values
        assert {row["reason"] for row in found} == {"not_json", "not_an_object"}
    assert list(store.states()) == ["m-1"]


def test_a_body_that_is_not_base64_is_kept_as_it_is(store: Store) -> None:
    rows = [
        records.record("agent-queue-writer", offset, b"") | {"Body": body}
        for offset, body in enumerate(["!!no base64!!", "{}", json.dumps(records.message())])
    ]
    load(store, "landing_records", rows)
    store.merge()
    kept = store.rows(
        "SELECT * FROM (SELECT offset, value FROM dead_letters FINAL"
        " UNION ALL SELECT offset, body FROM agent_messages FINAL) ORDER BY offset"
    )
    assert [row["value"] for row in kept] == [row["Body"] for row in rows]


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        ("cut \ud83d", "cut "),
        ("\ude00 begins", " begins"),
        ("whole \U0001f600, half \ud83d", "whole \U0001f600, half "),
        ("whole \U0001f600", "whole \U0001f600"),
    ],
)
def test_half_a_surrogate_pair_hides_no_task(store: Store, came: str, kept: str) -> None:
    body = json.dumps(records.message(reason=came))
    load(store, "landing_records", [records.record("agent-queue-writer", 0, body.encode())])
    store.merge()
    assert store.value("SELECT reason FROM agent_messages FINAL") == kept
    assert store.value("SELECT count() FROM tasks FINAL") == 1
    letters = store.rows("SELECT reason, value FROM dead_letters FINAL")
    assert letters == ([] if came == kept else [{"reason": "half_surrogate", "value": body}])


def test_records_without_attributes_or_time(store: Store) -> None:
    whole = records.record("agent-queue-writer", 0, records.message())
    rows = [
        {"Timestamp": whole["Timestamp"], "Body": whole["Body"]},
        {"Body": whole["Body"], "LogAttributes": whole["LogAttributes"]},
        whole | {"LogAttributes": {"kafka.topic": "agent-queue-writer", "kafka.offset": "-1"}},
        whole | {"LogAttributes": {"kafka.topic": "agent-queue-x", "kafka.partition": "9" * 30}},
        whole | {"Timestamp": -9223372036},
        whole | {"Timestamp": 9223372036},
    ]
    load(store, "landing_records", rows)
    store.merge()
    assert store.value("SELECT count() FROM dead_letters FINAL") == 1
    assert store.value("SELECT uniqExact(topic) FROM agent_messages FINAL") == 2
    assert store.value("SELECT count() FROM tasks FINAL") == 1


@pytest.mark.parametrize("value", ["9" * 18, "9" * 40, "-1", "nan", "", "x", "1e5", "\x00"])
def test_odd_headers(store: Store, value: str) -> None:
    names = ["hop-count", "attempt", "enqueued-ms", "timestamp", "traceparent", "cause-message-id"]
    headers = dict.fromkeys(names, value)
    load(
        store,
        "landing_records",
        [
            records.record("agent-queue-writer", 0, records.message(timestamp=None), headers),
            records.record("agent-telemetry-spans", 1, records.span(start_time=None), headers),
            records.record("agent-telemetry-events", 2, records.event(timestamp=None), headers),
            records.record("agent-telemetry-errors", 3, records.error(timestamp=None), headers),
            records.record("agent-telemetry-handoffs", 4, records.handoff(timestamp=None), headers),
            records.record("agent-telemetry-metrics", 5, records.metric(timestamp=None), headers),
        ],
    )
    store.merge()
    for table in ("agent_messages", "otel_traces", "events", "error_reports", "span_metrics"):
        assert store.value(f"SELECT count() FROM {table} FINAL") == 1


def test_what_a_trace_record_holds_beside_spans_is_kept(store: Store) -> None:
    odd = [["text", 5], "text", {"a": 1}, None, [records.span(span_id="in"), 7], 5, []]
    rows = [
        records.record("agent-telemetry-traces", n, records.trace(trace_id=f"t-{n}", spans=value))
        for n, value in enumerate(odd)
    ]
    twice = b'{"trace_id": "t-twice", "spans": [], "spans": [5], "a": 1, "a": 2}'
    load(store, "landing_records", [*rows, records.record("agent-telemetry-traces", 99, twice)])
    store.merge()
    kept = store.rows("SELECT record FROM trace_records FINAL ORDER BY offset")
    assert [json.loads(row["record"]).get("spans") for row in kept[:-1]] == [*odd[:-1], None]
    assert kept[-1]["record"] == '{"trace_id":"t-twice","spans":[5],"a":1,"a":2}'
    assert store.value("SELECT count() FROM otel_traces FINAL WHERE SpanId = 'in'") == 1
