"""Empty tables on a real engine."""

from collections.abc import Iterator

import pytest

from clickhouse.migrate import migrate
from query_service.db import Database, connect
from query_service.settings import Settings
from tests.clickhouse_fixture import embedded_clickhouse

__all__ = ["embedded_clickhouse"]

NAME = "observer_tests"
TABLES = (
    "agent_messages",
    "open_tasks",
    "open_signs",
    "task_answers",
    "task_events",
    "arrivals",
    "message_index",
    "message_repeats",
    "answered_tasks",
    "queue_counts",
    "observer_progress",
    "otlp_records",
    "dead_letters",
    "kafka_offsets",
)


@pytest.fixture(scope="session")
def migrated(embedded_clickhouse: str) -> Iterator[Database]:
    """A database with all tables, for the whole session."""
    settings = Settings(clickhouse_url=embedded_clickhouse, clickhouse_database=NAME)
    connect(settings, database="default").command(f"CREATE DATABASE {NAME} ENGINE = Atomic")
    database = Database(settings)
    migrate(database.client)
    yield database
    database.client.close()


@pytest.fixture
def database(migrated: Database) -> Database:
    """The database with its tables empty."""
    for table in TABLES:
        migrated.client.command(f"TRUNCATE TABLE {table}")
    return migrated
