"""The connection to ClickHouse."""

from typing import Any

import clickhouse_connect
import pytest

from query_service.db import connect
from query_service.settings import Settings


def test_user_and_password_of_the_url_may_hold_any_character(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(clickhouse_connect, "get_client", lambda **options: given.update(options))
    connect(Settings(clickhouse_url="https://a%40b:p%3A%2F%25@db.example"))
    assert (given["username"], given["password"]) == ("a@b", "p:/%")
    assert (given["host"], given["port"], given["secure"]) == ("db.example", 8443, True)
