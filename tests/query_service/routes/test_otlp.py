"""What the earlier exporter told, and what is gone or still to come says what to use."""

import pytest

from tests.query_service.client import NOW, client
from tests.query_service.fake_database import FakeDatabase

COUNTS = {"spans": 7, "stored": 3, "dead": 1, "gone": 0}


@pytest.mark.parametrize("lag", [5, None])
def test_status(lag: int | None) -> None:
    sample = {"consumer_group": "agent-telemetry-ingester-otlp-traces", "lag": 5, "partitions": 3}
    rows = [{**sample, "observed_at": NOW}] if lag else []
    database = FakeDatabase({"otlp/counts": [COUNTS], "health/lag": rows})
    body = client(database).get("/api/v1/otlp/status").json
    assert body is not None
    assert body["metrics"]["spans_exported"] == 7
    assert body["metrics"]["queue_size"] == lag


@pytest.mark.parametrize(
    ("method", "path", "status", "told"),
    [
        ("POST", "otlp/flush", 410, "/health"),
        ("POST", "otlp/export-trace/t1", 410, "/api/v1/traces/t1"),
        ("GET", "sampling/metrics", 501, "every span"),
        ("POST", "sampling/configure", 501, "every span"),
        ("POST", "sampling/reset-metrics", 501, "every span"),
    ],
)
def test_gone_and_not_yet(method: str, path: str, status: int, told: str) -> None:
    answer = client(FakeDatabase()).open(f"/api/v1/{path}", method=method)
    assert answer.status_code == status
    assert answer.json is not None
    assert told in answer.json["detail"]
