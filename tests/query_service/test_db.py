"""The connection to ClickHouse."""

from collections.abc import Callable, Mapping
from typing import Any

import clickhouse_connect
import pytest
from clickhouse_connect.driver.exceptions import OperationalError
from opentelemetry.trace import NoOpTracer

from query_service.db import DETECTORS, SQL, Database, Row, connect, sql
from query_service.diagnose.declaration import declarations
from query_service.errors import Unavailable
from query_service.settings import Settings
from query_service.telemetry.queries import tracing_with


def test_user_and_password_of_the_url_may_hold_any_character(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr(clickhouse_connect, "get_client", lambda **options: given.update(options))
    connect(Settings(clickhouse_url="https://a%40b:p%3A%2F%25@db.example"))
    assert (given["username"], given["password"]) == ("a@b", "p:/%")
    assert (given["host"], given["port"], given["secure"]) == ("db.example", 8443, True)


def test_no_statement_has_what_could_end_it() -> None:
    """Comments may: they are not sent."""
    names = [str(path.relative_to(SQL).with_suffix("")) for path in SQL.rglob("*.sql")]
    names += [f"{DETECTORS}/{kind}/find" for kind in declarations()]
    assert [name for name in names if ";" in sql(name) or "--" in sql(name)] == []


class Away:
    """A client of a ClickHouse that went away."""

    def query(self, *_: Any, **__: Any) -> None:
        raise OperationalError("cut")

    command = insert = query


@pytest.mark.parametrize(
    "ask",
    [
        lambda database: database.rows("health/schema"),
        lambda database: database.run("health/schema"),
        lambda database: database.insert("events", [{"event_id": "x"}]),
        lambda database: database.together(("health/schema", {}), ("health/schema", {})),
        lambda database: database.separately([("health/schema", {})], 2, {}),
    ],
)
def test_whatever_is_asked_clickhouse_may_be_away(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[Database], Any]
) -> None:
    monkeypatch.setattr(clickhouse_connect, "get_client", lambda **_: Away())
    with pytest.raises(Unavailable):
        ask(Database(Settings()))


def test_what_is_asked_together_comes_in_order_and_is_traced_by_who_asks() -> None:
    class Told(Database):
        """Tells of each query what it was asked with."""

        def rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
            return [{"name": name, **(parameters or {}), "tracer": tracing_with.get()}]

    tracer = NoOpTracer()
    token = tracing_with.set(tracer)
    try:
        found = Told(Settings()).together(*[(str(n), {"n": n}) for n in range(5)])
    finally:
        tracing_with.reset(token)
    assert found == [[{"name": str(n), "n": n, "tracer": tracer}] for n in range(5)]
