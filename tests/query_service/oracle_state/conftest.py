"""A small system, alone and beside a cluster."""

from collections.abc import Iterator

import pytest

from query_service.settings import Settings
from tests.query_service.engine import Service, service
from tests.query_service.oracle_state.system import SYSTEM, watch
from tests.query_service.test_open_task_states import insert


@pytest.fixture
def system(empty: Service) -> Service:
    """A small system, in tables that a test may add to."""
    insert(empty, SYSTEM)
    return empty


@pytest.fixture(scope="session")
def cluster(embedded_clickhouse: str) -> Iterator[Service]:
    """The system beside a cluster, for tests that only read."""
    made = service(embedded_clickhouse)
    insert(made, SYSTEM)
    watch(made)
    yield made
    made.tables.close()


@pytest.fixture
def settings(cluster: Service) -> Settings:
    """The settings of that service."""
    held: Settings = cluster.web.application.extensions["agent_telemetry"].settings
    return held
