"""Two shards in one process.

Both shards of the cluster `here` are this very engine, which reads its tables without a network,
once for each. A filter on every table lets each see the rows that its key gives it. What the engine
does beyond that is what it does in a cluster: rows are sent to a shard, a query is cut into what
shards do and what is done with their answers, and subqueries are handed round.
"""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from chdb import ChdbError
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from clickhouse.cluster import SETTINGS, Cluster
from clickhouse.migrate import create_database, migrate
from clickhouse.sharding import SHARDED_BY
from tests.clickhouse.migrations.store import Store

DATABASE = "spread"
_SHARD = "<shard><replica><host>127.0.0.1</host><port>{}</port></replica></shard>"
CONFIG = f"""<clickhouse>
  <timezone>UTC</timezone>
  <tcp_port>9000</tcp_port>
  <remote_servers>
    <here>{_SHARD.format(9000) * 2}</here>
    <away>{_SHARD.format(1)}{_SHARD.format(2)}</away>
  </remote_servers>
</clickhouse>
"""
"""At the engine's own port, which it does not listen at, is the engine. At 1 and 2 is nobody."""

FILTERS = ", ".join(
    f"'{DATABASE}_shards.{name}': '{key} % 2 = shardNum() - 1'" for name, key in SHARDED_BY.items()
)
_REPLICATED = re.compile(r"Replicated(\w*MergeTree)\('[^']*', '[^']*'(?:, ([^)]*))?\)")


def configured(path: Path) -> str:
    """The address of an engine in `path` that knows both clusters."""
    config = path / "config.xml"
    config.write_text(CONFIG)
    return f"{path / 'data'}?config-file={config}"


def alone(statement: str) -> str:
    """A statement for a cluster as one node runs it, with nobody to replicate to."""
    bare = re.sub(r" ON CLUSTER `\w+`", "", statement)
    return _REPLICATED.sub(lambda found: f"{found[1]}({found[2] or ''})", bare)


class TwoShards(Store):
    """The tables of the cluster `here`."""

    cluster = Cluster("here", DATABASE)
    stored_in = cluster.shards

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.run(f"SET additional_table_filters = {{{FILTERS}}}")

    def migrate(self) -> None:
        for name, value in SETTINGS.items():
            self.run(f"SET {name} = '{value}'")
        client = cast(Client, Node(self))
        create_database(client, DATABASE, self.cluster)
        migrate(client, self.cluster)


class Node:
    """The part of a client that migrations use. Each statement is run twice, as after a cut-off."""

    def __init__(self, store: TwoShards) -> None:
        self.database = DATABASE
        self._store = store
        self.commands: list[str] = []

    def command(self, cmd: str, *_: Any, **__: Any) -> str:
        """As on the nodes that the client is not connected to: another database is the current one
        there. Rows are copied by the one that it is connected to."""
        self.commands.append(cmd)
        for _time in range(2):
            self._store.run(f"USE {DATABASE if cmd.startswith('INSERT') else 'default'}")
            try:
                self._store.run(alone(cmd))
            except ChdbError as error:
                raise DatabaseError(str(error)) from error
        self._store.run(f"USE {DATABASE}")
        return ""

    def query(self, query: str, parameters: Any = None, **_: Any) -> Any:
        rows = self._store.rows(query, **(parameters or {}))
        return SimpleNamespace(result_rows=[tuple(row.values()) for row in rows])

    def insert(self, table: str, data: Any, column_names: Any, **_: Any) -> Any:
        rows = [dict(zip(column_names, row, strict=True)) for row in data]
        self._store.insert(table, rows)
