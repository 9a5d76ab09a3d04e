"""Nothing is lost: an insert never fails, and each record is found again after every merge."""

import json
import string
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.clickhouse.migrations import records
from tests.clickhouse.migrations.store import Row, Store, bisected

EVERYTHING = """
SELECT topic, partition, offset FROM agent_messages FINAL
UNION DISTINCT SELECT Topic, Partition, Offset FROM otel_traces FINAL WHERE Topic LIKE '%-spans'
UNION DISTINCT SELECT topic, partition, offset FROM trace_records FINAL
UNION DISTINCT SELECT topic, partition, offset FROM dead_letters FINAL
"""
BODIES = """
SELECT record FROM events FINAL
UNION DISTINCT SELECT record FROM error_reports FINAL
UNION DISTINCT SELECT record FROM handoffs FINAL
UNION DISTINCT SELECT record FROM span_metrics FINAL
"""
bounded = settings(
    max_examples=12,
    deadline=None,
    print_blob=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)


def load(store: Store, table: str, rows: list[Row]) -> None:
    """Insert in one block; when that fails, say which rows are to blame."""
    try:
        store.insert(table, rows)
    except RuntimeError as error:
        pytest.fail(f"{error}\n" + "\n".join(bisected(store, table, rows)[:10]))


def check_all_there(store: Store, rows: list[Row], bodies: Mapping[int, str]) -> None:
    """Each record by its position, or by its text where a table keeps no position."""
    for merged in (False, True):
        if merged:
            store.merge()
        found = {(r["topic"], r["offset"]) for r in store.rows(EVERYTHING)}
        texts = {r["record"] for r in store.rows(BODIES)}
        missing = []
        for row in rows:
            attributes = row["LogAttributes"]
            key = (attributes["kafka.topic"], int(attributes["kafka.offset"]))
            if key not in found and bodies[key[1]] not in texts:
                missing.append((key, bodies[key[1]][:500]))
        assert not missing, f"merged={merged}: {missing[:5]}"


def odd_values(n: int) -> list[Any]:
    """One of every JSON type, and what is odd in itself; ids made of them differ by `n`."""
    return [
        None, True, False, n, -n, n + 0.5, 10**30 + n, -(10**19), f"word {n}", "", [n], {"k": n},
        [[n], {"k": [None]}], f"\x00{n}\x00", f"é😀{n}",
        f"1970-01-01T00:00:{n % 60:02}", f"2200-01-01T00:00:{n % 60:02}", "9999-12-31T23:59:59",
        "0000-00-00", "nan", "inf", "1e400", "12:00", "-1", "9" * 40, "'; DROP TABLE tasks --",
    ]  # fmt: skip


def test_every_field_of_every_kind_with_every_type(store: Store) -> None:
    rows: list[Row] = []
    bodies = {}
    for kind, (topic, whole) in records.JSON_KINDS.items():
        # The id of an error message is an error id: `error` draws the same ones.
        for field in whole.keys() - ({"message_id"} if kind == "error_message" else set()):
            for value in odd_values(len(rows)):
                offset = len(rows)
                ids = {
                    name: f"{kind}-{offset}"
                    for name in ("message_id", "span_id", "event_id", "handoff_id", "error_id")
                    if name in whole
                } | ({"trace_id": f"trace-{offset}"} if kind == "trace" else {})
                mutant = whole | ids | {field: value}
                if kind == "handoff" and field != "context":
                    mutant["context"] = {"message_id": f"carried-{offset}"}
                if kind in ("metric", "handoff", "event", "error"):
                    mutant["unique"] = offset
                text = json.dumps(mutant)
                bodies[offset] = text
                rows.append(records.record(topic, offset, text.encode()))
    load(store, "landing_records", rows)
    check_all_there(store, rows, bodies)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    | st.sampled_from(odd_values(7)),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(string.printable, max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@bounded
@given(data=st.data())
def test_mutated_records(engine: Store, data: st.DataObject) -> None:
    engine.clear()
    rows, bodies = [], {}
    for offset in range(20):
        topic, whole = data.draw(st.sampled_from(list(records.JSON_KINDS.values())))
        fields = data.draw(st.lists(st.sampled_from(sorted(whole)), max_size=3))
        mutant = whole | {field: data.draw(json_values) for field in fields}
        # An id of its own for each record, so that none is a redelivery of another.
        for name in ("message_id", "span_id", "event_id", "handoff_id", "error_id", "trace_id"):
            if name in whole:
                mutant[name] = f"{name}-{offset}"
        if "handoff_id" in whole:
            mutant["context"] = {}
        mutant["unique"] = offset
        text = json.dumps(mutant, ensure_ascii=data.draw(st.booleans()))
        raw = text.encode("utf-8", "surrogatepass")
        if data.draw(st.integers(0, 9)) == 0:
            cut = data.draw(st.integers(0, len(raw)))
            raw = raw[:cut] + data.draw(st.binary(max_size=4)) + raw[cut + 1 :]
        bodies[offset] = raw.decode("utf-8", "replace")
        rows.append(records.record(topic, offset, raw))
    load(engine, "landing_records", rows)
    check_all_there(engine, rows, bodies)


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


def test_150_dates_and_absurd_years_in_one_insert_of_a_default_client(store: Store) -> None:
    days = [f"20{y:02}-{m:02}-15T12:00:00" for y in range(10, 23) for m in range(1, 13)][:150]
    days += ["1970-01-01T00:00:00", "2200-01-01T00:00:00", "9999-12-31T00:00:00", "1600-01-01"]
    rows = []
    for offset, day in enumerate(days):
        ids = {"message_id": f"m-{offset}"}
        rows.append(
            records.record("agent-queue-writer", offset, records.message(timestamp=day, **ids))
        )
        one = records.span(span_id=f"s-{offset}", start_time=day)
        rows.append(records.record("agent-telemetry-spans", offset, one))
    load(store, "landing_records", rows)
    times: list[object] = [f"{day[:10]} 00:00:00" for day in days[:150]]
    times += [-9223372036, 9223372036, 0, 4102444801, 7258118400]
    load(
        store,
        "landing_traces",
        [records.otlp_span(n, SpanId=f"o-{n}", Timestamp=t) for n, t in enumerate(times)],
    )
    load(store, "landing_logs", [records.otlp_log(n, Timestamp=t) for n, t in enumerate(times)])
    for kind in ("gauge", "sum", "histogram", "exponential_histogram", "summary"):
        points = [records.otlp_point(n, TimeUnix=t) for n, t in enumerate(times)]
        load(store, f"landing_metrics_{kind}", points)
    store.merge()
    assert store.value("SELECT count() FROM agent_messages FINAL") == len(days)
    assert store.value("SELECT count() FROM tasks FINAL") == len(days)
    assert store.value("SELECT count() FROM otel_traces FINAL") == len(days) + len(times)
    assert store.value("SELECT count() FROM otel_logs FINAL") == len(times)
    for kind in ("gauge", "sum", "histogram", "exponential_histogram", "summary"):
        assert store.value(f"SELECT count() FROM otel_metrics_{kind} FINAL") == len(times)
    odd = "arrayExists(o -> o IN ('timestamp_out_of_range', 'timestamp_unreadable'), oddities)"
    assert store.value(f"SELECT count() FROM agent_messages FINAL WHERE {odd}") == 4


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


def test_a_state_asked_over_absurd_tasks_is_still_answered(store: Store) -> None:
    ttls: list[object] = ["nan", "inf", "-inf", 1e300, -5, "x", {}, 0, True, 1e-9]
    days = ["1970-01-01T00:00:00", "2200-01-01T00:00:00", "2026-11-22T11:00:00", "nonsense"]
    tasks = [
        records.message(message_id=f"m-{n}-{day}", ttl_seconds=ttl, timestamp=day)
        for n, ttl in enumerate(ttls)
        for day in days
    ]
    rows = [records.record("agent-queue-writer", n, task) for n, task in enumerate(tasks)]
    load(store, "landing_records", rows)
    assert len(store.states(at="2100-01-01 00:00:00")) == len(tasks)
    assert len(store.states(at="2100-01-01 00:00:00", open_only=True)) == len(tasks)


@pytest.mark.parametrize("time", ["12:00", "5", "Nov 5", "0000-00-00", "2026", "25:61", "today"])
def test_a_time_without_a_year_is_not_guessed(store: Store, time: str) -> None:
    load(
        store,
        "landing_records",
        [
            records.record("agent-queue-writer", 0, records.message(timestamp=time)),
            records.record("agent-telemetry-events", 1, records.event(timestamp=time)),
        ],
    )
    for table in ("agent_messages", "events"):
        (row,) = store.rows(f"SELECT event_time, oddities, timestamp FROM {table} FINAL")
        assert row["event_time"] == "2000-01-01 00:00:00.000000000"
        assert "timestamp_unreadable" in row["oddities"]
        assert row["timestamp"] == time
