"""Traces and figures of spans are the same before and after the observer's runs, whatever comes
late, twice or with another start."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from query_service.db import Database, Row
from query_service.observer.traces import TracesJob
from query_service.routes import trace_rows
from tests.clickhouse.migrations.records import otlp_span
from tests.query_service.engine import NOW, Service, clear
from tests.waiting import wait_until

PATHS = (
    "/traces?limit=1",
    "/traces?limit=3",
    "/traces?limit=2&since=70m",
    "/traces?limit=2&status=failed",
    "/traces?limit=2&sort=-start",
    "/traces?sort=duration",
    "/traces?limit=2&at=2026-11-22T12:10:00",
    "/traces/t1",
    "/traces/t2",
    "/metrics",
    "/metrics/spans",
    "/metrics/spans?name=b",
    "/metrics/spans?agent_name=Tester&summary_sort=p95",
    "/metrics/spans?since=2026-11-22T11:20:30&until=2026-11-22T12:20:00",
    "/metrics/spans?until=2026-11-22T12:04:59",
    "/metrics/spans?until=2026-11-22T12:00:00",
    "/agents",
)


def span(
    trace: str, name: str, start: int, took: int | None, status: str, parent: str, agent: str
) -> Row:
    """A span of otel_traces, `start` minutes before NOW; a later version wins by its end."""
    began = NOW - timedelta(minutes=start, microseconds=ord(trace[1]))
    ended = None if took is None else began + timedelta(seconds=took)
    return {
        "TraceId": trace,
        "SpanId": f"{trace}-{name}",
        "SpanName": name,
        "ParentSpanId": f"{trace}-{parent}" if parent else "",
        "Timestamp": began,
        "EventTime": began,
        "EndTimestamp": ended,
        "Ended": took is not None,
        "SpanAttributes": {
            "agent_telemetry.span.status": status if took is not None else "running",
            "agent_telemetry.span.kind": "llm_call",
            "gen_ai.agent.name": agent,
            "gen_ai.usage.input_tokens": "3",
            "gen_ai.usage.cost": "0.1",
        },
        "ArrivedAt": datetime.now(UTC),
        "Version": 0
        if took is None
        else 10_000 * took + 100 * start + len(status + parent + agent),
    }


spans = st.builds(
    span,
    trace=st.sampled_from(["t1", "t2", "t3", "t4", "t5"]),
    name=st.sampled_from("abc"),
    start=st.sampled_from([0, 1, 2, 3, 4, 7, 26, 65, 1500]),
    took=st.none() | st.integers(0, 400),
    status=st.sampled_from(["completed", "failed", "cancelled"]),
    parent=st.sampled_from(["", "a", "b", "gone"]),
    agent=st.sampled_from(["Writer", "Tester:1", "tester"]),
)
records = st.builds(
    lambda trace, start, took, status: {
        "trace_id": trace,
        "status": status,
        "session_id": "s",
        "user_input": "what",
        "event_time": NOW - timedelta(minutes=start),
        "end_time": None if took is None else NOW - timedelta(minutes=start - took),
        "record": json.dumps({"status": status}),
        "arrived_at": datetime.now(UTC),
        "version": took or 0,
    },
    trace=st.sampled_from(["t1", "t5", "t6"]),
    start=st.sampled_from([2, 5, 70]),
    took=st.none() | st.integers(0, 9),
    status=st.sampled_from(["", "running", "completed", "failed", "odd"]),
)


def told(service: Service, path: str) -> Any:
    """An answer but for its cursor, which has the clock in it."""
    found: dict[str, Any] = service.web.get(f"/api/v1{path}").get_json()
    return {**found, "next_cursor": ""}


def newest(sent: list[Row], recorded: list[Row]) -> dict[str, datetime]:
    """When each trace began: a span counts in each five minutes that it was said to start in, there
    by its last version."""
    found: dict[tuple[str, str, int], Row] = {}
    for row in sent:
        bucket = int(row["EventTime"].timestamp()) // 300
        key = (row["TraceId"], row["SpanId"], bucket)
        if key not in found or found[key]["Version"] <= row["Version"]:
            found[key] = row
    last = {row["trace_id"]: row for row in sorted(recorded, key=lambda row: row["version"])}
    starts = [(row["TraceId"], row["EventTime"]) for row in found.values()]
    starts += [(row["trace_id"], row["event_time"]) for row in last.values()]
    return {trace: min(time for one, time in starts if one == trace) for trace, _ in starts}


@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    batches=st.lists(
        st.tuples(st.lists(spans, min_size=1, max_size=8), st.lists(records, max_size=1)),
        min_size=2,
        max_size=2,
    ),
    again=st.integers(0, 3),
)
def test_the_observer_changes_no_answer(
    scratch: Service,
    batches: list[tuple[list[Row], list[Row]]],
    again: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trace_rows, "MORE", 1)
    clear(scratch.tables)
    database: Database = scratch.web.application.extensions["agent_telemetry"].database
    TracesJob(database).run()  # from now on arrivals tell what is to be worked out
    sent: list[Row] = []
    recorded: list[Row] = []
    for some, of_traces in batches:
        database.insert("otel_traces", [*some, *sent[:again]])
        database.insert("trace_records", of_traces)
        sent += some
        recorded += of_traces
        before = {path: told(scratch, path) for path in PATHS}
        starts = newest(sent, recorded)
        shown = before["/traces?limit=3"]["traces"]
        assert [t["trace_id"] for t in shown] == sorted(starts, key=lambda t: (starts[t], t))[
            :-4:-1
        ]
        assert before["/metrics"]["total_traces"] == len(starts)
        TracesJob(database).run()
        assert {path: told(scratch, path) for path in PATHS} == before


@pytest.mark.parametrize("late", [1, 29])
def test_six_hours_each_are_added_up_once_and_again_when_a_span_comes_late(
    empty: Service, late: int
) -> None:
    clear(empty.tables)
    asked: Database = empty.web.application.extensions["agent_telemetry"].database
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    paths = (
        "/metrics/spans",
        "/metrics/spans?since=-1d&until=2026-11-22T06:00:00",
        "/metrics/spans?since=2026-11-21T09:10:00&until=2026-11-22T05:40:00&agent_name=Writer",
        "/metrics/spans?since=2026-11-21T12:00:00",
        "/agents",
        "/agents?at=2026-11-22T04:03:00",
    )
    hours = (-20, -13, -12, -7, -6, -1, 0, 3, 5, 6, 9, 11, 12)
    sent = [(hour, "Writer" if hour % 2 else "Planner") for hour in hours]

    def insert(hour: float, agent: str, name: str) -> None:
        minutes = round((NOW - midnight).total_seconds() / 60 - hour * 60) - 1
        row = span("t1", f"{name}{hour}", minutes, 1 + len(name), "completed", "", agent)
        asked.insert("otel_traces", [row])

    TracesJob(asked).run()
    for hour, agent in sent:
        insert(hour, agent, "first")
    before = {path: told(empty, path) for path in paths}
    TracesJob(asked).run()
    assert {path: told(empty, path) for path in paths} == before
    insert(late - 20.3, "Writer", "late")
    before = {path: told(empty, path) for path in paths}
    TracesJob(asked).run()
    assert {path: told(empty, path) for path in paths} == before
    summed = (
        "SELECT sum(spans) FROM span_rollups FINAL WHERE step = {step:UInt32} AND bucket < now()"
    )
    assert [
        empty.tables.query(summed, parameters={"step": step}).result_rows[0][0]
        for step in (3600, 21600)
    ] == [len(hours) + 1] * 2


def test_a_span_beyond_2100_counts_before_and_after_the_observer(empty: Service) -> None:
    clear(empty.tables)
    asked: Database = empty.web.application.extensions["agent_telemetry"].database
    TracesJob(asked).run()
    for number, year in enumerate((2026, 2150)):
        span = otlp_span(number, SpanId=f"s{number}", Timestamp=f"{year}-11-22 12:00:00")
        empty.tables.raw_insert("landing_traces", insert_block=json.dumps(span), fmt="JSONEachRow")
    assert empty.get("/api/v1/metrics/spans")["total"] == 2

    def is_rolled_up() -> bool:
        TracesJob(asked).run()
        counted = "SELECT sum(ended) FROM span_rollups FINAL WHERE step = 3600"
        return bool(empty.tables.query(counted).result_rows[0][0] == 2)

    wait_until(is_rolled_up)
    assert empty.get("/api/v1/metrics/spans")["total"] == 2
