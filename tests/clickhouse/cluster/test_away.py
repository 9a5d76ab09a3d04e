"""With two shards that nobody answers at, every query fails on the network and on nothing else."""

import re
from collections.abc import Iterator

import pytest
from chdb import ChdbError

from clickhouse.cluster import Cluster
from query_service.db import sql
from tests.clickhouse.cluster.queries import bound, names
from tests.clickhouse.cluster.two_shards import TwoShards, alone
from tests.clickhouse.migrations.store import Store

NETWORK = {"210", "279"}
"""288 would be: it cannot be asked of several shards at all."""
OF_SERVERS = {
    "observer/failures_size",
    "observer/horizon",
    "observer/open_tasks_size",
    "tables/parts",
}
"""They ask the servers that are there."""
OF_THE_TABLE_ITSELF = ("OPTIMIZE",)


@pytest.fixture(scope="module")
def away(spread: TwoShards) -> Iterator[Cluster]:
    """The same tables and views, over the cluster that is away."""
    made = spread.rows(
        "SELECT name, engine, create_table_query AS text FROM system.tables"
        " WHERE database = {database:String} AND engine IN ('Distributed', 'View')"
        " ORDER BY engine, has_own_data, metadata_modification_time",
        database=spread.cluster.database,
    )
    spread.run("CREATE DATABASE lost ENGINE = Atomic")
    for row in made:
        spread.run(row["text"].replace("spread.", "lost."))
    # At last: a view asks its tables when it is made.
    for row in made:
        if row["engine"] == "Distributed":
            away = row["text"].replace("spread.", "lost.").replace("('here', ", "('away', ")
            spread.run(away.replace("CREATE TABLE", "CREATE OR REPLACE TABLE"))
    spread.run("USE lost")
    yield Cluster("away", "lost")
    spread.run(f"USE {spread.cluster.database}")
    spread.run("DROP DATABASE lost SYNC")


def failure(store: Store, cluster: Cluster, name: str) -> str:
    """ClickHouse's code for what keeps a query file from being answered."""
    text = cluster.query(sql(name))
    try:
        store.connection.query(alone(text), params=bound(text))
    except (ChdbError, RuntimeError) as error:
        code = re.search(r"Code: (\d+)", str(error))
        return code[1] if code else str(error)
    return ""


def test_every_query_file_comes_up_to_the_network(spread: TwoShards, away: Cluster) -> None:
    asked = [name for name in names() if not sql(name).startswith(OF_THE_TABLE_ITSELF)]
    codes = {name: failure(spread, away, name) for name in asked}
    wrong = {n: c for n, c in codes.items() if c not in NETWORK and n not in OF_SERVERS}
    assert not wrong
    assert len(codes) > 200
