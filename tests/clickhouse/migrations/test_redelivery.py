"""Contract 1: delivered twice, late, in another order, elsewhere: the answers are the same."""

import random
import re

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.clickhouse.migrations import records
from tests.clickhouse.migrations.answers import ANSWERS, COUNTS, answers
from tests.clickhouse.migrations.deliveries import (
    before,
    deliveries,
    elsewhere,
    insert_in_batches,
    landing,
    renamed,
)
from tests.clickhouse.migrations.records import message, record
from tests.clickhouse.migrations.store import Store

# Tables that no answer above names: asked through views, and one row for each Kafka record.
ASKED_ELSEWHERE = {"otel_traces", "task_answers", "otlp_records"}


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


@pytest.fixture(scope="module")
def expected(engine: Store) -> dict[str, list[str]]:
    """The answers when each thing has come once."""
    engine.clear()
    insert_in_batches(engine, deliveries(), random.Random(1))
    return answers(engine)


def test_each_thing_that_came_once_is_told_once(
    expected: dict[str, list[str]], store: Store
) -> None:
    assert {name: len(expected[name]) for name in COUNTS} == COUNTS
    insert_in_batches(store, deliveries(), random.Random(2))
    store.merge()
    assert answers(store) == expected


@bounded
@given(luck=st.randoms(use_true_random=False))
def test_the_answers_are_the_same_however_it_is_delivered(
    engine: Store, expected: dict[str, list[str]], luck: random.Random
) -> None:
    once = deliveries()
    again = [
        *once,
        *((table, elsewhere(table, row, luck)) for table, row in once if luck.random() < 0.7),
        *((before(table), row) for table, row in once if luck.random() < 0.5),
        *((table, renamed(row)) for table, row in once if table == "landing_traces"),
    ]
    luck.shuffle(again)
    merge_between = luck.randint(0, len(again))
    engine.clear()
    insert_in_batches(engine, again[:merge_between], luck)
    engine.merge()
    insert_in_batches(engine, again[merge_between:], luck)
    unmerged = answers(engine)
    # Tombstones of answers go with the observer's clean-up, which is not merged here.
    assert unmerged == expected
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
        both = [*((landing(r), r) for r in rows), *(("landing_logs", r) for r in logs)]
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
