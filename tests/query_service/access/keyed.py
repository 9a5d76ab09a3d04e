"""A service with a key of each role."""

from typing import Any

from flask.testing import FlaskClient

from query_service.access.keys import create
from query_service.access.roles import Role
from query_service.settings import Settings
from tests.query_service.client import client
from tests.query_service.fake_database import FakeDatabase

VIEWER, _viewer = create(Role.VIEWER, "ci")
OPERATOR, _operator = create(Role.OPERATOR, "ann@example.org")
LINES = f"{_viewer.line},{_operator.line}"


def bearer(key: str) -> dict[str, str]:
    """The header that carries a key."""
    return {"Authorization": f"Bearer {key}"}


def keyed_client(**settings: Any) -> FlaskClient:
    """A client of a service with both keys; it sends none by itself."""
    return client(FakeDatabase(), Settings(query_keys=LINES, **settings))
