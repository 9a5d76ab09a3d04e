"""Spans of requests and queries: the conventions' names, no values."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

from query_service.app import create_app
from query_service.db import Database, sql
from query_service.settings import Settings
from query_service.telemetry.queries import query
from tests.query_service.client import client
from tests.query_service.fake_database import FakeDatabase
from tests.query_service.telemetry.observed import observe

SECRET = "prompt-4711"


class _Result:
    def named_results(self) -> list[dict[str, Any]]:
        """No rows."""
        return []


class _ClickHouse:
    """Stands for a connected client; `error` is what a query raises."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    def query(self, text: str, parameters: dict[str, Any]) -> _Result:
        """No rows, or the error."""
        if self.error:
            raise self.error
        return _Result()


class _Connected(Database):
    def __init__(self, error: Exception | None = None) -> None:
        super().__init__(Settings())
        self._stub: Any = _ClickHouse(error)

    @property
    def client(self) -> Any:
        """The stub."""
        return self._stub


def _client(database: Database) -> FlaskClient:
    return create_app(Settings(), database).test_client()


def test_a_request_and_its_queries_are_one_trace() -> None:
    web = _client(_Connected())
    observed = observe(web)
    assert web.get(f"/api/v1/events?agent_name={SECRET}&trace_id={SECRET}").status_code == 200
    *queries, request = observed.spans.get_finished_spans()
    assert request.name == "GET /api/v1/events"
    assert request.kind is SpanKind.SERVER
    assert request.parent is None
    assert request.attributes == {
        "http.request.method": "GET",
        "http.route": "/api/v1/events",
        "http.response.status_code": 200,
    }
    assert queries
    for span in queries:
        assert span.kind is SpanKind.CLIENT
        assert span.parent is not None and request.context is not None
        assert span.parent.span_id == request.context.span_id
        assert span.attributes is not None
        assert span.attributes["db.system.name"] == "clickhouse"
        assert span.attributes["db.query.summary"] == span.name
        assert span.attributes["db.query.text"] == sql(span.name)
    assert SECRET not in str([span.to_json() for span in (*queries, request)])


def test_a_request_never_joins_the_trace_of_who_asks() -> None:
    web = client(FakeDatabase())
    observed = observe(web)
    asks = trace.SpanContext(int("a" * 32, 16), int("b" * 16, 16), is_remote=False)
    with trace.use_span(trace.NonRecordingSpan(asks)):
        web.get("/api/v1/agents", headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    (span,) = observed.spans.get_finished_spans()
    assert span.parent is None
    assert span.context is not None and f"{span.context.trace_id:032x}" != "a" * 32


def test_a_failure_is_told_by_its_type() -> None:
    web = _client(_Connected(RuntimeError(SECRET)))
    observed = observe(web)
    assert web.get("/api/v1/events").status_code == 500
    asked, request = observed.spans.get_finished_spans()
    assert asked.status.status_code is request.status.status_code is StatusCode.ERROR
    assert asked.attributes is not None and asked.attributes["error.type"] == "RuntimeError"
    assert request.attributes is not None and request.attributes["error.type"] == "500"
    assert not asked.events and not request.events
    assert SECRET not in asked.to_json() + request.to_json()


@pytest.mark.parametrize("path", ["/health", "/metrics"])
def test_what_machines_poll_is_not_traced(path: str) -> None:
    web = client(FakeDatabase())
    observed = observe(web)
    assert web.get(path).status_code == 200
    assert not observed.spans.get_finished_spans()


def test_what_asks_outside_of_requests_is_not_traced() -> None:
    web = client(FakeDatabase())
    observed = observe(web)
    web.get("/api/v1/agents")
    observed.spans.clear()
    with query("live/poll", "SELECT 1"):
        assert not trace.get_current_span().is_recording()
    assert not observed.spans.get_finished_spans()


def test_an_unknown_path_is_one_name() -> None:
    web = client(FakeDatabase())
    observed = observe(web)
    web.open(f"/{SECRET}", method="BREW")
    (span,) = observed.spans.get_finished_spans()
    assert span.name == "_OTHER other"
    assert SECRET not in span.to_json()
