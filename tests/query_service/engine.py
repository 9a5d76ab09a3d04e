"""The service over a real engine, and traffic to fill it with."""

import base64
import itertools
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from clickhouse_connect.driver.client import Client
from flask.testing import FlaskClient

from clickhouse.migrate import migrate
from query_service.app import create_app
from query_service.db import connect
from query_service.routes.context import Clock
from query_service.settings import Settings
from tests.query_service.checked_client import CheckedClient

TRAFFIC = Path(__file__).parents[1] / "data/recorded-traffic.jsonl"
NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
_numbers = itertools.count()


class Service(NamedTuple):
    """The REST service, and the database below it."""

    web: FlaskClient
    tables: Client

    def get(self, path: str, status: int = 200) -> Any:
        """The JSON answer of a path."""
        response = self.web.get(path)
        assert response.status_code == status, response.text
        return response.json


def service(url: str, clock: Clock = lambda: NOW) -> Service:
    """A service over a new, migrated and empty database; its clock stands at NOW, or is another."""
    name = f"rest_{next(_numbers)}"
    settings = Settings(clickhouse_url=url, clickhouse_database=name)
    server = connect(settings, database="")
    server.command(f"CREATE DATABASE {name} ENGINE = Atomic")
    server.close()
    tables = connect(settings)
    migrate(tables)
    app = create_app(settings, clock=clock)
    app.test_client_class = CheckedClient
    return Service(app.test_client(), tables)


def clear(tables: Client) -> None:
    """Empty every table of the database that has rows."""
    found = tables.query(
        "SELECT name FROM system.tables WHERE database = currentDatabase()"
        " AND engine LIKE '%MergeTree' AND name != 'schema_migrations' AND total_rows > 0"
    )
    for (name,) in found.result_rows:
        tables.command(f"TRUNCATE TABLE {name}")


def recorded() -> list[dict[str, Any]]:
    """The records of the earlier system."""
    return [json.loads(line) for line in TRAFFIC.read_text().splitlines()]


def load(tables: Client, records: Iterable[Mapping[str, Any]]) -> None:
    """Insert Kafka records as the Collector does: value in base64, position and headers beside."""
    rows: dict[str, list[list[object]]] = {"landing_messages": [], "landing_records": []}
    for record in records:
        attributes = {
            "kafka.topic": record["topic"],
            "kafka.partition": str(record["partition"]),
            "kafka.offset": str(record["offset"]),
        } | {f"kafka.header.{name}": value for name, value in record["headers"]}
        value = record["value"]
        raw = value if isinstance(value, bytes) else value.encode()
        body = base64.b64encode(raw).decode()
        is_message = record["topic"].startswith("agent-queue-")
        table = "landing_messages" if is_message else "landing_records"
        rows[table].append([datetime.now(UTC), body, attributes])
    for table, some in rows.items():
        if some:
            tables.insert(table, some, ["Timestamp", "Body", "LogAttributes"])


def produced(topic: str, offset: int, **value: Any) -> dict[str, Any]:
    """A Kafka record with a JSON object as value."""
    return {
        "topic": topic,
        "partition": 0,
        "offset": offset,
        "headers": [],
        "value": json.dumps(value),
    }
