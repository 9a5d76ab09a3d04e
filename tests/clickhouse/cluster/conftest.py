"""One engine with the tables of one server, and the same spread over two shards."""

from collections.abc import Iterator

import pytest

from clickhouse.migrate import LEDGER, migrations
from tests.clickhouse.cluster.two_shards import TwoShards, configured
from tests.clickhouse.migrations.store import Store


@pytest.fixture(scope="package")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    return configured(tmp_path_factory.mktemp("cluster"))


@pytest.fixture(scope="package")
def server(address: str) -> Iterator[Store]:
    store = Store(address)
    store.run(LEDGER)
    store.run(f"INSERT INTO schema_migrations (number) VALUES ({len(migrations())})")
    yield store
    store.connection.close()


@pytest.fixture(scope="package")
def spread(address: str, server: Store) -> Iterator[TwoShards]:
    store = TwoShards(address)
    yield store
    store.connection.close()
