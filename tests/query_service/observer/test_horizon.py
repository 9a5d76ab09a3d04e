"""What an insert that takes long brings is worked out, however long it takes."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from query_service.db import Database, connect
from query_service.failures import is_touched
from query_service.observer import failures, open_tasks, rollups, traces
from query_service.observer.failures import FailuresJob
from query_service.observer.horizon import MARGIN, Horizon, horizon
from query_service.observer.open_tasks import OpenTasksJob
from query_service.observer.progress import load
from query_service.observer.rollups import RollupsJob
from query_service.observer.traces import TracesJob
from query_service.settings import Settings
from tests.query_service.observer.conftest import NAME
from tests.query_service.observer.messages import NOON, insert, message
from tests.waiting import wait_until


class Runs(Protocol):
    """A job."""

    def run(self) -> None:
        """Run it once."""


JOBS: dict[str, Callable[[Database], Runs]] = {
    "rollups": RollupsJob,
    "open_tasks": OpenTasksJob,
    "traces": TracesJob,
    "failures": FailuresJob,
}
SLOW = """
INSERT INTO arrivals (kind, id)
SELECT 'event', toString(number + sleepEachRow(1)) FROM numbers(8) SETTINGS max_block_size = 1
"""
CLEARED = (
    "otel_traces",
    "trace_summaries",
    "trace_buckets",
    "span_outlines",
    "span_rollups",
    "error_reports",
    "known_failures",
)


def run_all(database: Database) -> None:
    for job in JOBS.values():
        job(database).run()


def worked_out(database: Database) -> tuple[int, int, int]:
    """Messages counted, traces summarised and failures known."""
    [row] = database.client.query(
        "SELECT"
        " (SELECT sum(messages) FROM queue_counts FINAL WHERE seconds = 300 AND side = 'queue'),"
        " (SELECT count() FROM trace_summaries FINAL), (SELECT count() FROM known_failures FINAL)"
    ).result_rows
    return row[0], row[1], row[2]


def arrive(database: Database, number: int, seen: datetime) -> None:
    """A message, a span and an error of an insert that stamped them at `seen`."""
    insert(database, message(number, f"m{number}"))
    name = f"t{number}"
    span = {"TraceId": name, "SpanId": name, "Timestamp": NOON, "EventTime": NOON}
    database.insert("otel_traces", [span | {"ArrivedAt": NOON}])
    report = {"error_id": f"e{number}", "origin": "error_record", "event_time": NOON}
    database.insert("error_reports", [report | {"arrived_at": NOON, "error_type": name}])
    database.client.command("TRUNCATE TABLE arrivals")
    rows = [("message", f"m{number}", ""), ("span", name, name), ("error", f"e{number}", "")]
    database.insert(
        "arrivals",
        [
            {"kind": k, "id": i, "trace_id": t, "event_time": NOON, "inserted_at": seen}
            for k, i, t in rows
        ],
    )


def test_an_insert_under_way_holds_the_horizon(
    migrated: Database, embedded_clickhouse: str
) -> None:
    before = horizon(migrated)
    assert before.now - before.whole == MARGIN
    client = connect(Settings(clickhouse_url=embedded_clickhouse), database=NAME)
    slow = threading.Thread(target=client.command, args=(SLOW,))
    slow.start()

    def is_held() -> bool:
        now = horizon(migrated)
        return now.now - now.whole > MARGIN + timedelta(seconds=1)

    wait_until(is_held, 60)
    slow.join(60)
    stamps = migrated.client.query("SELECT min(inserted_at) FROM arrivals WHERE kind = 'event'")
    assert stamps.result_rows[0][0].replace(tzinfo=UTC) > before.now
    wait_until(lambda: not is_held(), 60)


def test_what_is_seen_late_is_worked_out_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for table in CLEARED:
        database.client.command(f"TRUNCATE TABLE {table}")
    began = horizon(database).now - timedelta(minutes=10)
    for module in (rollups, open_tasks, traces, failures):  # as while an insert is under way
        monkeypatch.setattr(module, "horizon", lambda d: Horizon(horizon(d).now, began))
    run_all(database)
    arrive(database, 1, began + timedelta(minutes=5))
    run_all(database)
    run_all(database)
    assert worked_out(database) == (1, 1, 1)
    monkeypatch.undo()
    arrive(database, 2, began + timedelta(seconds=1))
    run_all(database)
    assert worked_out(database) == (2, 2, 2)
    assert not is_touched(database)
    assert all(load(database, job)[""].since > began for job in JOBS)
