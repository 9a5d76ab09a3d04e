"""Absurd times and times that nobody can read: rows are kept and marked."""

import pytest

from tests.clickhouse.migrations import records
from tests.clickhouse.migrations.kept import load
from tests.clickhouse.migrations.store import Store


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
