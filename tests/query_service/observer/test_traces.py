"""Traces and figures of spans: the same before, between and after the runs of the observer."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from query_service.db import Database, Row, sql
from query_service.observer import horizon, traces
from query_service.observer.progress import Progress, save
from query_service.observer.traces import TracesJob

NOON = (datetime.now(UTC) - timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)
EVERYTHING = datetime(2100, 1, 1, tzinfo=UTC)
LONG_AGO, LONG_AFTER = datetime(2001, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
TABLES = (
    "arrivals",
    "otel_traces",
    "span_ends",
    "span_outlines",
    "span_rollups",
    "trace_buckets",
    "trace_index",
    "trace_links",
    "trace_records",
    "trace_summaries",
    "observer_progress",
)
FACTS = "* EXCEPT (bucket, last_sign)"


def span(trace: str, name: str, start: float, took: float | None, **columns: Any) -> Row:
    """A span of otel_traces, `start` minutes after NOON, that took so many minutes."""
    began = NOON + timedelta(minutes=start)
    ended = None if took is None else began + timedelta(minutes=took)
    state = columns.pop("status", "running" if took is None else "completed")
    attributes = {
        "agent_telemetry.span.status": state,
        "agent_telemetry.span.kind": "llm_call",
        "gen_ai.agent.name": "Writer",
        "gen_ai.usage.input_tokens": "3",
        "gen_ai.usage.cost": "0.1",
    }
    return {
        "TraceId": trace,
        "SpanId": f"{trace}-{name}",
        "SpanName": name,
        "ParentSpanId": "",
        "Timestamp": began,
        "EventTime": began,
        "EndTimestamp": ended,
        "Ended": took is not None,
        "SpanAttributes": attributes | columns.pop("attributes", {}),
        "ArrivedAt": datetime.now(UTC),
        "Version": 0 if ended is None else int(ended.timestamp()),
    } | columns


def trace_record(trace: str, start: float, end: float, **columns: Any) -> Row:
    """A row of trace_records."""
    return {
        "trace_id": trace,
        "status": "completed",
        "start_time": NOON + timedelta(minutes=start),
        "event_time": NOON + timedelta(minutes=start),
        "end_time": NOON + timedelta(minutes=end),
        "record": "{}",
        "arrived_at": datetime.now(UTC),
    } | columns


@pytest.fixture
def spans(migrated: Database) -> Database:
    """The database without spans."""
    clear(migrated)
    return migrated


def clear(database: Database) -> None:
    for table in TABLES:
        database.client.command(f"TRUNCATE TABLE {table}")


def answers(database: Database, at: datetime) -> dict[str, dict[Any, Any]]:
    """Every trace and every figure at a time, however it is worked out."""
    now = min(at, NOON + timedelta(days=1))
    found = database.client.query(
        f"SELECT {FACTS} FROM traces(at = {{at:DateTime64(9)}}, now = {{now:DateTime64(9)}})",
        parameters={"at": at, "now": now},
    )
    figures = database.client.query(
        "SELECT agent, name, kind, model, sum(spans), sum(ended), sum(errors), sum(input_tokens),"
        " sum(cost), sum(duration_ns), sumMap(durations), min(first_seen), max(last_seen)"
        " FROM span_figures(at = {at:DateTime64(9)}, since = {since:DateTime64(9)},"
        " until = {until:DateTime64(9)}) GROUP BY ALL HAVING sum(spans) > 0",
        parameters={"at": at, "since": LONG_AGO, "until": LONG_AFTER},
    )
    return {
        "traces": {row["trace_id"]: row for row in found.named_results()},
        "figures": {row[:4]: row[4:] for row in figures.result_rows},
    }


def plain(database: Database, at: datetime) -> dict[str, dict[str, Any]]:
    """The same by plain SQL over otel_traces: what can be said in a few words."""
    rows = database.client.query(
        "SELECT trace_id, min(event_time) AS start, count() AS spans,"
        " sumIf(3, end_time <= {at:DateTime64(9)}) AS tokens,"
        " countIf(end_time <= {at:DateTime64(9)} AND status = 'failed') AS failed"
        " FROM spans WHERE event_time <= {at:DateTime64(9)} GROUP BY trace_id",
        parameters={"at": at},
    )
    return {row["trace_id"]: row for row in rows.named_results()}


def test_a_trace_runs_until_its_spans_end(spans: Database) -> None:
    spans.insert("otel_traces", [span("t", "root", 0, None)])
    TracesJob(spans).run()
    [running] = answers(spans, EVERYTHING)["traces"].values()
    assert (running["status"], running["open_spans"], running["ended_at"]) == ("running", 1, None)
    spans.insert("otel_traces", [span("t", "root", 0, 2)])
    for _ in range(2):
        [ended] = answers(spans, EVERYTHING)["traces"].values()
        assert (ended["status"], ended["duration_ns"]) == ("completed", 120_000_000_000)
        assert (ended["total_tokens"], ended["cost"]) == (3, 0.1)
        TracesJob(spans).run()
    [then] = answers(spans, NOON + timedelta(minutes=1))["traces"].values()
    assert (then["status"], then["total_tokens"]) == ("running", 0)


def test_a_trace_whose_root_has_not_come_runs_for_an_hour(spans: Database) -> None:
    spans.insert("otel_traces", [span("t", "child", 0, 1, ParentSpanId="t-root")])
    for _ in range(2):
        for minutes, status in ((30, "running"), (62, "completed")):
            [row] = answers(spans, NOON + timedelta(minutes=minutes))["traces"].values()
            assert row["status"] == status
        TracesJob(spans).run()


def test_an_earlier_span_moves_a_trace_and_leaves_nothing_behind(spans: Database) -> None:
    spans.insert("otel_traces", [span("t", "late", 30, 1)])
    TracesJob(spans).run()
    spans.insert("otel_traces", [span("t", "early", 0, 1)])
    TracesJob(spans).run()
    [row] = spans.client.query("SELECT start_time FROM trace_summaries FINAL").result_rows
    assert row[0].replace(tzinfo=UTC) == NOON
    assert len(answers(spans, EVERYTHING)["traces"]) == 1


def test_a_trace_of_many_failed_spans_is_worked_out_in_little_memory(spans: Database) -> None:
    below = [
        span("t", f"{n:05}", n / 1e4, 1, status="failed", ParentSpanId=f"t-{max(n - 1, 1):05}")
        for n in range(6_000, 0, -1)
    ]
    spans.insert("otel_traces", [*below, span("t", "root", 0, 1, status="completed")])
    spans.client.set_client_setting("max_memory_usage", 200_000_000)
    try:
        for top in ("", "t-06000"):
            TracesJob(spans).run()
            [row] = answers(spans, EVERYTHING)["traces"].values()
            assert (row["failed_spans"], row["failed_span_id"]) == (6_000 + bool(top), top)
            assert row["status"] == ("failed" if top else "completed")
            orphan = span("t", "06000", 1, 3, status="failed", ParentSpanId="gone")
            early = span("t", "late", 2, 1, status="failed", ParentSpanId="gone")
            spans.insert("otel_traces", [orphan | {"Version": 2**40}, early])
    finally:
        spans.client.set_client_setting("max_memory_usage", 0)


def test_a_mass_of_arrivals_is_worked_out_step_by_step(
    spans: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(traces, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(horizon, "MARGIN", timedelta())
    for number in range(4):
        spans.insert("otel_traces", [span(f"t{number}", "root", number, 1)])
    before = answers(spans, EVERYTHING)
    for _ in range(6):
        TracesJob(spans).run()
        assert answers(spans, EVERYTHING) == before
    assert spans.client.query("SELECT count() FROM trace_summaries FINAL").result_rows == [(4,)]


def test_what_arrivals_has_no_more_is_worked_out_from_the_spans(spans: Database) -> None:
    long_ago = {"ArrivedAt": datetime.now(UTC) - timedelta(days=5)}
    spans.insert("otel_traces", [span("old", "root", 0, 1) | long_ago])
    spans.client.command("TRUNCATE TABLE arrivals")
    spans.insert("otel_traces", [span("new", "root", 90, 1)])
    before = answers(spans, EVERYTHING)
    assert before["traces"].keys() == {"old", "new"}
    TracesJob(spans).run()
    assert answers(spans, EVERYTHING) == before
    assert spans.client.query("SELECT count() FROM trace_summaries FINAL").result_rows == [(2,)]


def test_after_days_without_arrivals_everything_is_worked_out(spans: Database) -> None:
    long_ago = {"ArrivedAt": datetime.now(UTC) - timedelta(days=3)}
    spans.insert("otel_traces", [span("old", "root", 0, 1) | long_ago])
    spans.client.command("TRUNCATE TABLE arrivals")
    save(spans, "traces", [Progress("", 0, datetime.now(UTC) - timedelta(days=4))])
    before = answers(spans, EVERYTHING)
    assert before["traces"].keys() == {"old"}
    TracesJob(spans).run()
    assert answers(spans, EVERYTHING) == before


def test_a_look_for_arrivals_does_not_read_all_traces(spans: Database) -> None:
    spans.insert("otel_traces", [span(f"t{number}", "root", 0, 1) for number in range(500)])
    TracesJob(spans).run()
    spans.client.command("TRUNCATE TABLE arrivals")
    looked = spans.client.query(sql("observer/traces_step"), parameters={"rows": 10})
    assert int(looked.summary["read_rows"]) < 100


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_last_version_of_a_span_says_where_it_ends_and_links(
    spans: Database, order: tuple[int, int]
) -> None:
    linked = {"Links.TraceId": ["other"], "Links.SpanId": ["s"], "Links.TraceState": [""]}
    versions = [
        span("t", "root", 0, 9, **linked) | {"Version": 1},
        span("t", "root", 7, 2, **linked) | {"Version": 2},
    ]
    for number in order:
        spans.insert("otel_traces", [versions[number] | {"Links.Attributes": [{}]}])
    for table in ("trace_links", "span_ends"):
        [[start]] = spans.client.query(f"SELECT event_time FROM {table} FINAL").result_rows
        assert start.replace(tzinfo=UTC) == NOON + timedelta(minutes=7)


statuses = st.sampled_from(["completed", "failed", "cancelled"])
drawn = st.builds(
    lambda trace, name, start, took, status, parent: span(
        trace,
        name,
        start + 7 * "abc".index(name),
        took,
        ParentSpanId=f"{trace}-{parent}" if parent else "",
        **({"status": status} if took is not None else {}),
    ),
    trace=st.sampled_from(["t1", "t2", "t3"]),
    name=st.sampled_from("abc"),
    start=st.just(0),
    took=st.none() | st.integers(0, 90),
    status=statuses,
    parent=st.sampled_from(["", "a", "b", "gone"]),
)


@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    batches=st.lists(st.lists(drawn, min_size=1, max_size=6), min_size=1, max_size=4),
    luck=st.randoms(use_true_random=False),
)
def test_however_spans_come_the_answers_are_those_of_all_spans(
    migrated: Database, batches: list[list[Row]], luck: random.Random
) -> None:
    clear(migrated)
    moments = [NOON + timedelta(minutes=m) for m in (3, 11, 40)] + [EVERYTHING]
    sent: list[Row] = []
    for batch in batches:
        migrated.insert("otel_traces", batch)
        if sent and luck.random() < 0.5:
            migrated.insert("otel_traces", luck.sample(sent, 1))
        sent += batch
        if luck.random() < 0.3:
            migrated.insert("trace_records", [trace_record("t1", -5, 8)])
        before = {at: answers(migrated, at) for at in moments}
        for at in moments:
            assert_plain(before[at]["traces"], plain(migrated, at))
        TracesJob(migrated).run()
        assert {at: answers(migrated, at) for at in moments} == before


def assert_plain(found: dict[Any, Any], expected: dict[str, dict[str, Any]]) -> None:
    """Traces with spans, and what plain SQL says of them."""
    with_spans = {name: row for name, row in found.items() if row["span_count"]}
    assert with_spans.keys() == expected.keys()
    for name, row in expected.items():
        ours = with_spans[name]
        shown = (ours["span_count"], ours["total_tokens"], ours["failed_spans"])
        assert shown == (row["spans"], row["tokens"], row["failed"])
        assert ours["start_time"] <= row["start"]
