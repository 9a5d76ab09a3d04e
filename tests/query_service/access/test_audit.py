"""Each action of an operator leaves a line and an event, whatever becomes of it."""

import logging
from typing import Any

import pytest

from tests.query_service.access.keyed import OPERATOR, VIEWER, bearer, keyed_client
from tests.query_service.client import client
from tests.query_service.fake_database import FakeDatabase
from tests.query_service.telemetry.observed import Observed, observe

SECRET = "prompt-4711"
GONE = "/api/v1/otlp/export-trace/t1"


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Keeps the lines of the audit log."""
    caplog.set_level(logging.INFO, "query_service.access.audit")
    return caplog


def _lines(logged: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [record.__dict__ for record in logged.records]


def _events(observed: Observed) -> list[dict[str, Any]]:
    records = [one.log_record for one in observed.events.get_finished_logs()]
    assert {record.event_name for record in records} <= {"agent_telemetry.audit"}
    return [dict(record.attributes or {}) | {"body": record.body} for record in records]


def test_who_did_what_and_how_it_went(logged: pytest.LogCaptureFixture) -> None:
    web = keyed_client()
    observed = observe(web)
    web.post(f"{GONE}?secret={SECRET}", headers=bearer(OPERATOR), json={"prompt": SECRET})
    (line,) = _lines(logged)
    told = {name: line[name] for name in ("who", "role", "method", "status", "outcome")}
    assert told == {
        "who": "ann@example.org",
        "role": "operator",
        "method": "POST",
        "status": 410,
        "outcome": "refused",
    }
    assert line["route"] == "/api/v1/otlp/export-trace/<trace_id>"
    assert line["parameters"] == {"trace_id": "t1"}
    (event,) = _events(observed)
    assert event["agent_telemetry.audit.who"] == "ann@example.org"
    assert event["agent_telemetry.audit.outcome"] == "refused"
    assert event["agent_telemetry.audit.parameter.trace_id"] == "t1"
    assert event["http.response.status_code"] == 410
    assert SECRET not in str(line) + str(event)


def test_who_was_not_let_do_it_too(logged: pytest.LogCaptureFixture) -> None:
    web = keyed_client()
    web.post(GONE, headers=bearer(VIEWER))
    web.post(GONE)
    assert [(line["who"], line["status"]) for line in _lines(logged)] == [
        ("ci", 403),
        ("unknown", 401),
    ]


def test_reading_leaves_no_line(logged: pytest.LogCaptureFixture) -> None:
    web = client(FakeDatabase())
    observed = observe(web)
    assert web.get("/api/v1/agents").status_code == 200
    web.post("/api/v1/sql", json={"query": ""})
    assert not _lines(logged)
    assert not _events(observed)


def test_on_open_loopback_somebody_did_it(logged: pytest.LogCaptureFixture) -> None:
    client(FakeDatabase()).post(GONE)
    assert [line["who"] for line in _lines(logged)] == ["anonymous"]


def test_a_long_name_is_cut(logged: pytest.LogCaptureFixture) -> None:
    client(FakeDatabase()).post(f"/api/v1/otlp/export-trace/{'t' * 1000}")
    assert [line["parameters"] for line in _lines(logged)] == [{"trace_id": "t" * 200}]
