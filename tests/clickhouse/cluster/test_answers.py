"""Two shards answer what one server answers."""

import random
from typing import Any

import pytest

from query_service.db import sql
from tests.clickhouse.cluster.queries import bound, names
from tests.clickhouse.cluster.two_shards import TwoShards, alone
from tests.clickhouse.migrations.answers import answers
from tests.clickhouse.migrations.deliveries import before, deliveries, insert_in_batches
from tests.clickhouse.migrations.store import Store

CLOCKS = ("now64(", "inserted_at", "system.", "computed_at")
"""What has one of these may differ from one second to the next."""
NO_ROWS = ("INSERT", "OPTIMIZE")
WRITTEN = ("known_failures", "queue_counts", "span_rollups", "trace_summaries")


@pytest.fixture(scope="module")
def filled(server: Store, spread: TwoShards) -> None:
    for store in (server, spread):
        rows = deliveries()
        again = [(before(table), row) for table, row in rows]
        insert_in_batches(store, [*rows, *again], random.Random(3))
        store.merge()  # what is read without FINAL may come twice before


@pytest.mark.usefixtures("filled")
def test_the_tables_answer_the_same(server: Store, spread: TwoShards) -> None:
    told = answers(spread)
    expected = answers(server)
    assert {name for name in expected if told[name] != expected[name]} == set()
    assert sum(map(len, expected.values())) > 150


@pytest.mark.usefixtures("filled")
def test_both_shards_have_rows(spread: TwoShards) -> None:
    for table in ("otel_traces", "tasks", "arrivals", "search_ids"):
        parts = spread.rows(f"SELECT shardNum() AS shard, count() AS rows FROM {table} GROUP BY 1")
        assert len(parts) == 2, (table, parts)


@pytest.mark.usefixtures("filled")
def test_every_query_file_answers_the_same(server: Store, spread: TwoShards) -> None:
    differ, found = {}, 0
    for name in names():
        told, expected = asked(spread, name), asked(server, name)
        found += bool(expected)
        if any(clock in sql(name) for clock in CLOCKS):
            told, expected = told and len(told), expected and len(expected)
        if told != expected:
            differ[name] = (expected, told)
    assert not differ
    assert found > 90
    for table in WRITTEN:
        assert kept(spread, table) == kept(server, table) != [], table


def kept(store: Store, table: str) -> list[str]:
    """What the observer's statements have written, in one order."""
    question = f"SELECT * EXCEPT('computed_at|arrived_at|arrivals|digest') FROM {table} FINAL"
    return sorted(str(_ordered(row)) for row in store.rows(question))


def asked(store: Store, name: str) -> Any:
    """The rows of a query file, in one order."""
    text = sql(name)
    if isinstance(store, TwoShards):
        text = alone(store.cluster.query(text))
    if text.lstrip().startswith(NO_ROWS):
        store.connection.query(text, params=bound(sql(name)))
        return []
    return sorted(str(_ordered(row)) for row in store.rows(text, **bound(text)))


def _ordered(value: Any) -> Any:
    """Without the order of what an aggregate function gathered."""
    if isinstance(value, dict):
        return sorted((key, _ordered(inner)) for key, inner in value.items())
    return sorted(map(_ordered, value), key=str) if isinstance(value, list) else value
