"""One service under gunicorn for these tests, over tables of their own."""

from collections.abc import Iterator

import pytest
from clickhouse_connect.driver.client import Client

from query_service.settings import Settings
from tests.query_service.engine import service
from tests.query_service.live.served import served


@pytest.fixture(scope="module")
def tables(embedded_clickhouse: str) -> Iterator[Client]:
    """Migrated tables."""
    made = service(embedded_clickhouse)
    yield made.tables
    made.tables.close()


@pytest.fixture(scope="module")
def settings(embedded_clickhouse: str, tables: Client) -> Settings:
    """Where they are."""
    return Settings(clickhouse_url=embedded_clickhouse, clickhouse_database=str(tables.database))


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    """Host and port of a service."""
    with served(settings) as running:
        yield running
