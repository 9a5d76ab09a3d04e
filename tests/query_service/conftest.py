"""Fixtures of the tests that need the real engine."""

from collections.abc import Iterator

import pytest

from tests.clickhouse_fixture import embedded_clickhouse
from tests.query_service.engine import Service, clear, load, recorded, service

__all__ = ["embedded_clickhouse"]


@pytest.fixture(scope="session")
def scratch(embedded_clickhouse: str) -> Iterator[Service]:
    """A service over tables that each test empties for itself."""
    made = service(embedded_clickhouse)
    yield made
    made.tables.close()


@pytest.fixture
def empty(scratch: Service) -> Service:
    """A service over empty tables."""
    clear(scratch.tables)
    return scratch


@pytest.fixture(scope="session")
def earlier(embedded_clickhouse: str) -> Iterator[Service]:
    """A service over the recorded traffic of the earlier system."""
    made = service(embedded_clickhouse)
    load(made.tables, recorded())
    yield made
    made.tables.close()
