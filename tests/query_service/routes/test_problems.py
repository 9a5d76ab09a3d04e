"""Every failure is application/problem+json and says what, where and what is allowed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from query_service.app import create_app
from query_service.db import Row
from query_service.settings import Settings
from tests.ports import free_port
from tests.query_service.client import NOW, client
from tests.query_service.fake_database import FakeDatabase
from tests.query_service.rows import span_row, trace_row


class Broken(FakeDatabase):
    """A database whose every query fails in the same way."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """Raises the error."""
        raise self.error


def _problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    body: dict[str, Any] = response.json
    assert body["status"] == status
    assert body.keys() >= {"type", "title", "status", "detail", "instance"}
    assert "Traceback" not in response.text
    return body


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/nope", "Not Found"),
        ("/api/v1/queues//", "Not Found"),
        ("/api/v1/errors/x", "Error x not found"),
        ("/api/v1/traces/x", "Trace not found"),
        ("/api/v1/traces/x/spans", "Trace not found"),
        ("/api/v1/traces/x/timeline", "Trace not found"),
        ("/api/v1/traces/x/graph", "Trace not found"),
        ("/api/v1/traces/x/errors", "Trace not found"),
    ],
)
def test_what_is_not_known_is_404(path: str, detail: str) -> None:
    body = _problem(client(FakeDatabase()).get(path), 404)
    assert (body["detail"], body["instance"]) == (detail, path)


@pytest.mark.parametrize(
    ("query", "parameter", "allowed"),
    [
        ("queues/a?limit=501", "limit", "500"),
        ("queues/a?limit=-1", "limit", "0"),
        ("queues/a?message_type=x", "message_type", "'heartbeat'"),
        ("errors?severity=x", "severity", "'critical'"),
        ("errors?category=x", "category", "'llm_error'"),
        ("errors?cursor=x", "cursor", "next_cursor"),
        ("errors?since=x", "since", "ISO 8601"),
        ("errors/agent/a?limit=201", "limit", "200"),
        ("traces?status=x", "status", "'running'"),
        ("traces?limit=1001", "limit", "1000"),
        ("metrics/spans?limit=x", "limit", "integer"),
        ("events?severity=x", "severity", "'debug'"),
        ("handoffs?limit=1001", "limit", "1000"),
        ("agents?at=x", "at", "ISO 8601"),
        ("agents?at=2026-11-22T12:00:01", "at", "2026-11-22T12:00:00"),
        ("agents?at=2026-11-08T11:59:59", "at", "2026-11-08T12:00:00"),
        ("agents?at=-999999999d", "at", "year 1"),
    ],
)
def test_a_bad_parameter_is_422_that_names_it_and_what_is_allowed(
    query: str, parameter: str, allowed: str
) -> None:
    body = _problem(client(FakeDatabase()).get(f"/api/v1/{query}"), 422)
    (error,) = body["errors"]
    assert error["parameter"] == parameter
    assert allowed in error["detail"]
    assert f"{parameter}: " in body["detail"]


def test_all_bad_parameters_are_named_at_once() -> None:
    body = _problem(client(FakeDatabase()).get("/api/v1/traces?status=x&limit=x&at=x"), 422)
    assert {e["parameter"] for e in body["errors"]} == {"status", "limit", "at"}


def test_what_was_sent_is_told_back_cut() -> None:
    answer = client(FakeDatabase()).get(f"/api/v1/errors?severity={'x' * 1000}")
    assert answer.json is not None
    assert [error["input"] for error in answer.json["errors"]] == ["x" * 200]


def test_another_method_is_405_with_what_is_allowed() -> None:
    response = client(FakeDatabase()).post("/api/v1/queues")
    _problem(response, 405)
    assert "GET" in response.headers["Allow"]


def test_head_and_a_trailing_slash_are_fine() -> None:
    web = client(FakeDatabase())
    assert web.head("/api/v1/queues").status_code == 200
    assert web.get("/api/v1/queues/").json == web.get("/api/v1/queues").json


def test_without_clickhouse_it_is_503_with_retry_after() -> None:
    settings = Settings(clickhouse_url=f"http://127.0.0.1:{free_port()}")
    response = create_app(settings).test_client().get("/api/v1/queues")
    _problem(response, 503)
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("code", "status", "detail"),
    [
        (60, 503, "migrate"),
        (81, 503, "migrate"),
        (241, 503, "too much"),
        (159, 503, "too much"),
        (396, 422, "ask for less"),
        (62, 500, "log"),
    ],
)
def test_errors_of_clickhouse(code: int, status: int, detail: str) -> None:
    broken = Broken(DatabaseError("Code: 1. DB::Exception: secret", code=code))
    body = _problem(client(broken).get("/api/v1/metrics"), status)
    assert detail in body["detail"]
    assert "secret" not in body["detail"]


def test_what_nobody_expected_is_500_without_its_text() -> None:
    body = _problem(client(Broken(RuntimeError("secret"))).get("/api/v1/agents"), 500)
    assert "secret" not in str(body)


def test_nan_in_stored_data_is_null() -> None:
    rows = {
        "traces/newest": [trace_row(), trace_row(trace_id="t0")],
        "traces/spans": [span_row(duration_ms=float("nan"))],
    }
    response = client(FakeDatabase(rows)).get("/api/v1/traces?limit=1&spans=1")
    assert response.json is not None
    assert response.json["traces"][0]["spans"][0]["duration_ms"] is None


def test_no_time_ago_is_now_and_not_the_future() -> None:
    ticking = iter(range(60))
    app = create_app(Settings(), FakeDatabase(), lambda: NOW + timedelta(seconds=next(ticking)))
    assert app.test_client().get("/api/v1/queues?at=-0s").status_code == 200
