"""Failures are the same before, between and after the observer's runs, and what contract 3 says."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from query_service.db import Database, Row
from query_service.failures import KNOWN, LIVE, is_touched, standing
from query_service.observer import failures
from query_service.observer.failures import FailuresJob, worth_merging
from query_service.observer.progress import Progress, load, save

NOON = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
SPANS = ["root", "a", "b", "a1", "gone", "orphan"]
PARENTS = {"root": "", "a": "root", "b": "root", "a1": "a", "orphan": "gone"}
TABLES = ("error_reports", "otel_traces", "arrivals", "known_failures",
          "observer_progress")  # fmt: skip
Failure = tuple[str, tuple[str, ...], str]


def report(error_id: str, **columns: Any) -> Row:
    """A report as its materialized view writes it."""
    return {
        "error_id": error_id,
        "origin": "errors_topic",
        "severity": "error",
        "category": "llm_error",
        "error_type": "E",
        "error_message": "m",
        "normalised_message": "m",
        "trace_id": "t",
        "span_id": "",
        "agent_name": "Writer",
        "event_time": NOON,
        "arrived_at": NOON,
    } | columns


def span(trace: str, name: str) -> Row:
    return {
        "TraceId": trace,
        "SpanId": name,
        "ParentSpanId": PARENTS[name],
        "EventTime": NOON,
        "ArrivedAt": NOON,
    }


def expected(database: Database) -> set[Failure]:
    """Contract 3, plainly, over all that is stored."""
    reports = database.client.query(
        "SELECT error_id, trace_id, span_id, error_type, normalised_message,"
        " toUnixTimestamp64Nano(event_time) FROM error_reports FINAL"
    ).result_rows
    parents: dict[str, dict[str, str]] = defaultdict(dict)
    for trace, name, parent in database.client.query(
        "SELECT TraceId, SpanId, ParentSpanId FROM otel_traces FINAL"
    ).result_rows:
        parents[trace][name] = parent
    alike = defaultdict(list)
    for error_id, trace, name, kind, message, time in reports:
        own = error_id if not trace else ""
        alike[trace, own, kind, message].append((time, error_id, name))
    found: set[Failure] = set()
    for (trace, *_), members in alike.items():
        groups: dict[str, list[str]] = {}
        first_of: dict[str, str] = {}
        members.sort()
        for place, (time, error_id, name) in enumerate(members):
            before = [m for m in members[:place] if time - m[0] <= 60_000_000_000]
            same = (m for m in before if on_one_line(parents[trace], m[2], name))
            root = next(same, (0, "", ""))[1] or error_id
            first_of[error_id] = first_of.get(root, root)
            groups.setdefault(first_of[error_id], []).append(error_id)
        found |= {(first, tuple(ids), trace) for first, ids in groups.items()}
    return found


def on_one_line(parent_of: dict[str, str], one: str, other: str) -> bool:
    if not one or not other:
        return True
    lines = []
    for name in (one, other):
        line = [name]
        while parent_of.get(line[-1]):
            line.append(parent_of[line[-1]])
        lines.append(line)
    if one in lines[1] or other in lines[0]:
        return True
    is_open = any(len(line) == 1 or line[-1] not in parent_of for line in lines)
    return is_open and not set(lines[0]) & set(lines[1])


def told(database: Database, name: str) -> set[Failure]:
    """Failures as a view tells them; each has the right counts and parts."""
    rows = database.client.query(
        "SELECT failure_id, report_ids, trace_id, reports, event_time, report_times, last_time,"
        f" length(report_arrivals), length(report_agents) FROM {name}"
    ).result_rows
    for row in rows:
        assert row[0] == row[1][0] and row[3] == len(row[1]) == row[7] == row[8]
        assert (row[4], row[6]) == (row[5][0], row[5][-1])
    found = [(row[0], tuple(row[1]), row[2]) for row in rows]
    assert len(found) == len(set(found))
    return set(found)


def told_now(database: Database) -> set[Failure]:
    """Failures as an endpoint tells them: those that stand, and those that it works out."""
    now = standing(database)
    known = told(database, now.source)
    return {one for one in known if (one[2] or f"report {one[0]}") not in now.units} | {
        (one.first.error_id, tuple(r.error_id for r in one.reports), one.first.trace_id)
        for one in now.changed
    }


def traffic(luck: random.Random) -> list[tuple[str, Row]]:
    """Reports and spans of a few traces, some of them twice, some another time or elsewhere."""
    rows: list[tuple[str, Row]] = []
    for number in range(24):
        columns = {
            "trace_id": luck.choice(["t1", "t2", "t'3\\", ""]),
            "span_id": luck.choice([*SPANS, ""]),
            "error_type": luck.choice(["E", "F"]),
            "event_time": NOON + timedelta(seconds=luck.choice([0, 1, 30, 61, 100, 170])),
        }
        row = report(f"e{number:02}", **columns)
        rows += [("error_reports", row)] * luck.choice([1, 1, 2])
        if luck.random() < 0.2:
            other = {"trace_id": luck.choice(["t1", "t2", ""]), "record": "x"}
            moved = {"event_time": NOON + timedelta(seconds=luck.randint(-50, 50))}
            rows.append(("error_reports", row | other | (moved if luck.random() < 0.5 else {})))
        if luck.random() < 0.2:
            rows.append(("error_reports", row | {"origin": "queue", "trace_id": "t'3\\"}))
    rows += [("otel_traces", span(t, name)) for t in ("t1", "t2") for name in PARENTS]
    luck.shuffle(rows)
    return rows


@pytest.fixture
def tables(migrated: Database) -> Database:
    """The database with the tables of errors empty."""
    empty(migrated)
    return migrated


def empty(database: Database) -> None:
    for table in TABLES:
        database.client.command(f"TRUNCATE TABLE {table}")


@settings(
    max_examples=3,
    deadline=None,
    print_blob=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(luck=st.randoms(use_true_random=False))
def test_failures_are_exact_whenever_the_observer_runs(
    tables: Database, luck: random.Random
) -> None:
    empty(tables)
    rows = traffic(luck)
    while rows:
        size = luck.randint(5, 40)
        batch, rows = rows[:size], rows[size:]
        for table in ("error_reports", "otel_traces"):
            for kind in (True, False):  # rows of one insert have the same columns
                some = [r for t, r in batch if t == table and ("record" in r) == kind]
                tables.insert(table, some)
        assert told(tables, LIVE) == told_now(tables) == expected(tables)
        if luck.random() < 0.6:
            FailuresJob(tables).run()
            assert told(tables, LIVE) == told(tables, KNOWN) == expected(tables)
            assert told_now(tables) == expected(tables)
        if luck.random() < 0.3:
            tables.client.command("OPTIMIZE TABLE error_reports FINAL")
    FailuresJob(tables).run()
    assert told(tables, KNOWN) == expected(tables)
    written = tables.client.query("SELECT count() FROM known_failures").result_rows
    FailuresJob(tables).run()  # nothing came: nothing is written
    assert tables.client.query("SELECT count() FROM known_failures").result_rows == written


def test_a_mass_load_is_worked_out_in_parts(
    tables: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "AT_ONCE", 2)
    FailuresJob(tables).run()
    for number in range(7):
        tables.insert("error_reports", [report(f"e{number}", span_id="s")])
    FailuresJob(tables).run()
    assert told(tables, KNOWN) == expected(tables)
    assert len(load_all(tables)) > 3


def load_all(database: Database) -> list[Any]:
    return list(database.client.query("SELECT since FROM observer_progress").result_rows)


def test_after_a_long_absence_everything_is_worked_out(
    tables: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables.insert("error_reports", [report(f"e{n}", trace_id=f"t{n % 5}") for n in range(20)])
    tables.client.command("TRUNCATE TABLE arrivals")
    save(tables, "failures", [Progress("", 0, datetime.now(UTC) - timedelta(days=3))])
    assert standing(tables).source == LIVE
    assert told(tables, LIVE) == expected(tables)
    monkeypatch.setattr(failures, "REPORTS_AT_ONCE", 6)
    FailuresJob(tables).run()
    assert told(tables, KNOWN) == expected(tables)
    assert not is_touched(tables)
    assert datetime.now(UTC) - load(tables, "failures")[""].since < timedelta(hours=1)


@pytest.mark.parametrize(
    "most", ["failures.MOST", "failures.MOST_REPORTS", "failures.MOST_SPANS", "db._LARGEST"]
)
def test_what_is_too_much_to_be_handed_on_is_left_to_the_view(
    tables: Database, monkeypatch: pytest.MonkeyPatch, most: str
) -> None:
    FailuresJob(tables).run()
    tables.insert("error_reports", [report(f"e{n}", span_id=name) for n, name in enumerate("ab")])
    tables.insert("otel_traces", [span("t", name) for name in ("root", "a")])
    assert len(standing(tables).changed) == 1
    monkeypatch.setattr(f"query_service.{most}", 1)
    assert standing(tables).source == LIVE
    assert is_touched(tables)
    assert told_now(tables) == expected(tables)


def test_a_part_that_is_replaced_is_merged_away(
    tables: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(failures, "FEW_ROWS", 1)
    tables.insert("error_reports", [report("e1")])
    FailuresJob(tables).run()
    tables.insert("error_reports", [report("e2", event_time=NOON - timedelta(seconds=5))])
    FailuresJob(tables).run()
    FailuresJob(tables).run()
    assert told(tables, KNOWN) == {("e2", ("e2", "e1"), "t")}


def test_merging_has_to_be_worth_it() -> None:
    assert not worth_merging(rows=999, outside=999)
    assert worth_merging(rows=2_000, outside=1_000)
    assert not worth_merging(rows=1_000_000, outside=99_999)
