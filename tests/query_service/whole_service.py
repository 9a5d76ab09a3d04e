"""The service as clients meet it: recorded traffic, and ad hoc SQL as the reader."""

from collections.abc import Iterator
from contextlib import contextmanager

from clickhouse.migrate import migrate
from query_service.app import create_app
from query_service.db import connect
from query_service.openapi import Api
from query_service.settings import Settings
from tests.query_service.engine import NOW, load, recorded


@contextmanager
def whole_service(url: str) -> Iterator[Api]:
    """The application over the database that the embedded engine's reader may read."""
    settings = Settings(clickhouse_url=url, clickhouse_reader_url=url.replace("//", "//reader@"))
    tables = connect(settings)
    migrate(tables)
    load(tables, recorded())
    tables.close()
    app = create_app(settings, clock=lambda: NOW)
    yield app
    app.extensions["agent_telemetry"].reader.close()
