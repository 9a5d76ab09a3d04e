"""Contract 3: which reports are one failure."""

import pytest

from tests.clickhouse.migrations.records import error, message, otlp_span, record
from tests.clickhouse.migrations.store import Store

# A trace: root over a and b; a over a1 over a2; "gone" never arrived, and c lies below it.
PARENTS = {"root": "", "a": "root", "b": "root", "a1": "a", "a2": "a1", "c": "gone", "c2": "gone"}
Report = tuple[str, str, float] | tuple[str, str, float, dict[str, object]]

VECTORS: dict[str, tuple[list[Report], list[str]]] = {
    "on its way up": (
        [("1", "a2", 0), ("2", "a1", 1), ("3", "a", 2), ("4", "root", 3)], ["1 2 3 4"]),
    "four reports of one failure, legacy spans without parents": (
        [("1", "l1", 0), ("2", "l1", 0.1), ("3", "l2", 0.2), ("4", "", 0.3)], ["1 2 3 4"]),
    "siblings": ([("1", "a", 0), ("2", "b", 1)], ["1", "2"]),
    "siblings, then their parent: it goes with the first": (
        [("1", "a", 0), ("2", "b", 1), ("3", "root", 2)], ["1 3", "2"]),
    "cousins": ([("1", "a2", 0), ("2", "b", 1)], ["1", "2"]),
    "the same span twice": ([("1", "a", 0), ("2", "a", 59)], ["1 2"]),
    "after more than 60 s": ([("1", "a", 0), ("2", "a", 60.5)], ["1", "2"]),
    "a chain: each within 60 s of one before": (
        [("1", "a", 0), ("2", "a", 50), ("3", "root", 100)], ["1 2 3"]),
    "a chain that broke": (
        [("1", "a", 0), ("2", "a", 50), ("3", "root", 111)], ["1 2", "3"]),
    "a report without a span": ([("1", "a", 0), ("2", "", 1)], ["1 2"]),
    "a parent that was not seen may lie below the other span": (
        [("1", "c", 0), ("2", "a", 1)], ["1 2"]),
    "siblings below a parent that was not seen": ([("1", "c", 0), ("2", "c2", 1)], ["1", "2"]),
    "a span that was not seen": ([("1", "nobody", 0), ("2", "a", 1)], ["1 2"]),
    "another type": ([("1", "a", 0), ("2", "a", 1, {"error_type": "E"})], ["1", "2"]),
    "another message": ([("1", "a", 0), ("2", "a", 1, {"error_message": "else"})], ["1", "2"]),
    "messages that differ by ids and numbers": (
        [("1", "a", 0, {"error_message": "job 5 of 'x' at 0xAB failed"}),
         ("2", "root", 1, {"error_message": "job 77 of 'yy' at 0xCD failed"})], ["1 2"]),
    "another trace": ([("1", "a", 0), ("2", "a", 1, {"trace_id": "other"})], ["1", "2"]),
    "no trace at all": (
        [("1", "a", 0, {"trace_id": None}), ("2", "a", 1, {"trace_id": None})], ["1", "2"]),
}  # fmt: skip


def lay_down(store: Store, reports: list[Report]) -> None:
    rows = []
    for offset, (error_id, span_id, seconds, *rest) in enumerate(reports):
        minutes, rest_seconds = divmod(seconds, 60)
        time = f"2026-11-22T12:{int(minutes):02}:{rest_seconds:06.3f}"
        fields: dict[str, object] = {"error_id": error_id, "span_id": span_id, "timestamp": time}
        for more in rest:
            fields |= more
        rows.append(record("agent-telemetry-errors", offset, error(**fields)))
    store.insert("landing_records", rows[::-1])
    spans = [
        otlp_span(n, TraceId="t-1", SpanId=name, ParentSpanId=parent)
        for n, (name, parent) in enumerate(PARENTS.items())
    ]
    store.insert("landing_traces", spans + [otlp_span(9, TraceId="t-1", SpanId="l1")])


@pytest.mark.parametrize("name", VECTORS)
def test_failures(store: Store, name: str) -> None:
    reports, expected = VECTORS[name]
    for _ in range(2):
        lay_down(store, reports)
        groups: dict[str, list[str]] = {}
        for error_id, failure_id in sorted(store.failures().items()):
            groups.setdefault(failure_id, []).append(error_id)
        assert [" ".join(group) for group in groups.values()] == expected
        assert all(failure == group[0] for failure, group in groups.items())


def test_a_later_report_changes_no_earlier_failure(store: Store) -> None:
    lay_down(store, [("1", "a", 0), ("2", "b", 1), ("3", "root", 2)])
    assert store.failures(at="2026-11-22 12:00:01") == {"1": "1", "2": "2"}


def test_a_storm_of_reports_in_one_trace_stays_cheap(store: Store) -> None:
    # 3,000 reports in a line of 3,000 spans, a minute's silence after the first 1,000.
    store.run(
        "INSERT INTO error_reports (error_id, trace_id, span_id, arrived_at, event_time)"
        " SELECT leftPad(toString(number), 4, '0'), 't-1', toString(number + 1), now64(),"
        " toDateTime64('2026-11-22 12:00:00', 9) + number * 0.01 + if(number < 1000, 0, 61)"
        " FROM numbers(3000)"
    )
    store.run(
        "INSERT INTO otel_traces (TraceId, SpanId, ParentSpanId, ArrivedAt)"
        " SELECT 't-1', toString(number + 1), toString(number), now64() FROM numbers(3000)"
    )
    failures = store.rows(
        "SELECT failure_id, count() AS reports FROM error_failures(at = '2100-01-01')"
        " GROUP BY failure_id ORDER BY failure_id SETTINGS max_memory_usage = 200000000"
    )
    assert failures == [
        {"failure_id": "0000", "reports": 1000},
        {"failure_id": "1000", "reports": 2000},
    ]


def test_a_failing_task_of_an_existing_agent_is_one_failure(store: Store) -> None:
    shared: dict[str, object] = {"trace_id": "t-9", "error_message": "rate limit 5"}
    reports: list[Report] = [
        ("llm span", "s1", 0.0, shared),
        ("llm call", "s1", 0.1, shared),
        ("agent span", "s2", 0.2, shared),
        ("queue task", "", 0.3, shared),
    ]
    lay_down(store, reports)
    assert set(store.failures().values()) == {"llm span"}


@pytest.mark.parametrize("answer_first", [True, False])
def test_an_answer_that_quotes_an_error_is_no_second_report(
    store: Store, answer_first: bool
) -> None:
    answer = message(
        message_id="m-2",
        message_type="error",
        parent_message_id="m-1",
        payload={"error": "x", "error_type": "E", "error_id": "e-1"},
    )
    rows = [
        record("agent-telemetry-errors", 0, error(error_id="e-1", stack_trace="at line 1")),
        record("agent-queue-writer", 0, answer),
    ]
    for row in reversed(rows) if answer_first else rows:
        store.insert("landing_records", [row])
    assert store.failures() == {"e-1": "e-1"}
    assert store.rows("SELECT origin FROM error_reports FINAL") == [{"origin": "errors_topic"}]
