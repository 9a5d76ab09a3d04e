"""The schema of a cluster is that of one server, told in another form."""

import re
from typing import cast

import pytest
from clickhouse_connect.driver.client import Client

from clickhouse.cluster import Cluster, UnknownForm
from clickhouse.migrate import LEDGER, migrate, migrations
from clickhouse.retention import apply_retention
from clickhouse.sharding import SHARDED_BY
from query_service.db import sql
from query_service.settings import Settings
from tests.clickhouse.cluster.queries import bound, names
from tests.clickhouse.cluster.two_shards import DATABASE, Node, TwoShards
from tests.clickhouse.migrations.store import Store

CLUSTER = Cluster("some-name", "telemetry")
GONE = {"queue_counts_hourly"}
STATEMENTS = [LEDGER, *(text for migration in migrations() for text in migration.statements)]
RENDERED = [*CLUSTER.databases(), *(r for text in STATEMENTS for r in CLUSTER.migration(text))]
ON_ONE_NODE = ("INSERT INTO ",)


def parsed(store: Store, statement: str, **parameters: str) -> str:
    """What ClickHouse's parser makes of a statement."""
    result = store.connection.query(f"EXPLAIN AST {statement}", "RawBLOB", params=parameters)
    return str(result.bytes(), "utf-8")


def test_clickhouse_can_parse_every_statement(server: Store) -> None:
    for statement in STATEMENTS + RENDERED:
        tree = parsed(server, statement)
        # A second command would be sent to a table that cannot do it.
        assert tree.count("AlterCommand") <= 1 or statement in STATEMENTS, statement
    assert len(RENDERED) > len(STATEMENTS) > 200


def test_every_node_gets_everything() -> None:
    for statement in RENDERED:
        everywhere = re.match(r"[^(']*? ON CLUSTER `some-name`", statement)
        assert bool(everywhere) != statement.startswith(ON_ONE_NODE), statement


def test_every_table_is_replicated() -> None:
    stored = [s for s in RENDERED if "MergeTree" in s and not s.startswith("ALTER")]
    path = "MergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}'"
    for statement in stored:
        assert re.search(r"^ENGINE = Replicated(Replacing|Aggregating|)MergeTree", statement, re.M)
        assert path in statement
        # Rows that were cleaned away come again in the same block.
        assert "replicated_deduplication_window = 0" in statement
        assert "COMMENT '" in statement.splitlines()[-1]


def test_a_row_and_its_later_versions_are_on_one_shard(server: Store) -> None:
    """What decides the shard is part of what makes a row the same row."""
    keys = {
        str(row["name"]): set(re.findall(r"\w+", str(row["sorting_key"])))
        for row in server.rows(
            "SELECT name, sorting_key FROM system.tables"
            " WHERE database = 'contract' AND engine LIKE '%MergeTree'"
        )
    }
    assert SHARDED_BY.keys() - GONE == keys.keys()
    for name, key in keys.items():
        columns = set(re.findall(r"\w+", SHARDED_BY[name])) - {"cityHash64"}
        assert columns <= key, name


def test_nothing_is_looked_for_in_the_current_database(spread: TwoShards) -> None:
    lost = spread.rows(
        "SELECT name FROM system.tables WHERE startsWith(database, {database:String})"
        " AND match(create_table_query, '\\\\bdefault\\\\.')",
        database=DATABASE,
    )
    assert lost == []


def test_tables_have_the_columns_of_their_shards(spread: TwoShards) -> None:
    columns = (
        "SELECT table, name, type, default_kind, default_expression, comment FROM system.columns"
        " WHERE database = {database:String} AND table IN {tables:Array(String)}"
        " ORDER BY table, position"
    )
    tables = str(spread.tables)
    whole = spread.rows(columns, database=DATABASE, tables=tables)
    assert whole == spread.rows(columns, database=spread.stored_in, tables=tables)
    assert len(whole) > 400


def test_tables_have_the_comments_and_columns_of_one_server(
    server: Store, spread: TwoShards
) -> None:
    told = (
        "SELECT name, comment FROM system.tables WHERE database = {database:String}"
        " AND engine != 'MaterializedView' ORDER BY name"
    )
    described = (
        "SELECT table, name, type, comment FROM system.columns WHERE database = {database:String}"
        " ORDER BY table, position"
    )
    for question in (told, described):
        assert spread.rows(question, database=DATABASE) == server.rows(
            question, database="contract"
        )


def test_a_second_run_applies_nothing(spread: TwoShards) -> None:
    assert migrate(cast(Client, Node(spread)), spread.cluster) == []


def test_retention_is_of_the_tables_with_the_rows(spread: TwoShards) -> None:
    node = Node(spread)
    spread.run(
        "ALTER TABLE spread_shards.events MODIFY TTL toDateTime(arrived_at) + INTERVAL 14 DAY"
    )
    assert apply_retention(cast(Client, node), Settings(retention_days=6), spread.cluster) == [
        "events: 6 days"
    ]
    assert node.commands == [
        "ALTER TABLE `spread_shards`.events ON CLUSTER `here`"
        " MODIFY TTL toDateTime(arrived_at) + INTERVAL 6 DAY"
    ]
    spread.keep_for_ever()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE IF NOT EXISTS new (n UInt8)\nENGINE = MergeTree\nORDER BY n\nCOMMENT 'x'",
        "CREATE TABLE IF NOT EXISTS tasks (n UInt8)\nENGINE = SummingMergeTree\nCOMMENT 'x'",
        "CREATE TABLE IF NOT EXISTS tasks (n UInt8)\nENGINE = Log\nCOMMENT 'x'",
        "CREATE TABLE tasks (n UInt8)\nENGINE = Null",
        "ALTER TABLE tasks UPDATE n = 1 WHERE 1",
        "ALTER TABLE tasks ADD COLUMN n UInt8, DELETE WHERE 1",
        "ALTER TABLE tasks MODIFY ORDER BY n",
        "CREATE DICTIONARY d (n UInt8)",
        "RENAME TABLE a TO b",
        "TRUNCATE TABLE tasks",
        "SYSTEM STOP MERGES",
    ],
)
def test_a_form_that_is_not_known_is_refused(statement: str) -> None:
    with pytest.raises(UnknownForm):
        CLUSTER.migration(statement)


def test_what_the_services_run_is_of_all_nodes(server: Store) -> None:
    changed = {name: CLUSTER.query(sql(name)) for name in names()}
    for name, text in changed.items():
        parsed(server, text, **bound(text))
        assert "currentDatabase()" not in text, name
        assert not re.search(r"(?<!, )\bsystem\.", text), name
    assert changed["observer/clean_open_tasks"] == (
        "OPTIMIZE TABLE `telemetry_shards`.open_tasks ON CLUSTER `some-name` FINAL CLEANUP"
    )
    of_tables = "queues/counts_settled"
    assert changed[of_tables] == sql(of_tables)
    # Otherwise a shard could not read the time.
    assert "waiting_tasks(at = toString({at:DateTime64(9, 'UTC')}))" in changed["diagnose/waits"]
