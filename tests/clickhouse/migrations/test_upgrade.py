"""A database with rows in it goes on where it was, whoever inserts meanwhile."""

from collections.abc import Iterator

import pytest

from clickhouse.migrate import migrations
from tests.clickhouse.migrations.answers import answers
from tests.clickhouse.migrations.deliveries import before, deliveries
from tests.clickhouse.migrations.records import OBSERVER
from tests.clickhouse.migrations.store import Store

BEFORE_LIGHTER_INSERTS = 18
COPIES = {"handoffs", "trace_handoffs", "handoff_times"}
"""Tasks that were copied before stay there, and are not asked for."""


@pytest.fixture
def upgraded(store: Store) -> Iterator[Store]:
    """The store in a database that has only the earlier migrations yet."""
    store.run("CREATE DATABASE upgraded ENGINE = Atomic")
    store.run("USE upgraded")
    for migration in migrations()[:BEFORE_LIGHTER_INSERTS]:
        for statement in migration.statements:
            store.run(statement)
    store.keep_for_ever()
    yield store
    store.run("USE contract")
    store.run("DROP DATABASE upgraded SYNC")


def test_rows_of_before_between_and_after_lighter_inserts(upgraded: Store) -> None:
    # What an observer sees of clusters comes from one that begins after the migration for it.
    everything = [one for one in deliveries() if one[1].get("ServiceName") != OBSERVER]
    rows = iter(everything)
    for table, row in (next(rows) for _ in range(len(everything) // 4)):
        upgraded.insert(before(table), [row])
    for migration in migrations()[BEFORE_LIGHTER_INSERTS:]:
        for statement in migration.statements:
            upgraded.run(statement)
            # A Collector of before writes while the views change; each statement may run again.
            if inserted := next(rows, None):
                upgraded.insert(before(inserted[0]), [inserted[1]])
            upgraded.run(statement)
    upgraded.keep_for_ever()
    for table, row in rows:
        upgraded.insert(table, [row])
    told = answers(upgraded)

    upgraded.run("USE contract")
    for table, row in everything:
        upgraded.insert(table, [row])
    expected = answers(upgraded)
    for name in expected.keys() - COPIES:
        assert told[name] == expected[name], name
