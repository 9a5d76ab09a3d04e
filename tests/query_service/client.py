"""The application over a scripted database, at a fixed time."""

from datetime import UTC, datetime

from flask.testing import FlaskClient

from query_service.app import create_app
from query_service.settings import Settings
from tests.query_service.checked_client import CheckedClient
from tests.query_service.fake_database import FakeDatabase

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def client(database: FakeDatabase, settings: Settings | None = None) -> FlaskClient:
    """A test client whose clock stands at NOW; it checks every answer."""
    app = create_app(settings or Settings(), database, lambda: NOW)
    app.test_client_class = CheckedClient
    return app.test_client()
