"""Groups of errors: counted by failure, with their trend, and which are new."""

from typing import Any

import pytest

from query_service.db import Database
from query_service.failures import KNOWN, LIVE, Standing
from query_service.observer.failures import FailuresJob
from query_service.routes import failures
from query_service.settings import Settings
from tests.query_service.engine import Service, load, produced


def report(number: int, time: str, **fields: Any) -> dict[str, Any]:
    """A report; each is in a trace of its own."""
    return produced(
        "agent-telemetry-errors",
        number,
        **{
            "error_id": f"x{number}",
            "error_type": "RateLimit",
            "error_message": f"call {number} failed",
            "agent_name": "Code Helper",
            "severity": "error",
            "trace_id": f"t{number}",
            "timestamp": f"2026-11-{time}",
            "release": "1.0",
        }
        | fields,
    )


def observe(service: Service, address: str) -> None:
    """Let the observer work out what came."""
    name = str(service.tables.database)
    settings = Settings(clickhouse_url=address, clickhouse_database=name)
    FailuresJob(Database(settings)).run()


@pytest.fixture(params=["without the observer", "with it"])
def filled(request: pytest.FixtureRequest, empty: Service, embedded_clickhouse: str) -> Service:
    """Its clock stands at 12:30 of the 22nd."""
    load(
        empty.tables,
        [
            report(1, "22T12:00:00"),
            report(2, "22T12:10:00", agent_name="Writer", release="1.1"),
            report(3, "22T12:10:01", trace_id="t2", agent_name="Writer"),
            report(4, "21T11:00:00"),
            report(5, "22T11:00:00", error_message="other", severity="critical"),
            report(6, "20T11:00:00", error_type="Old"),
        ],
    )
    if request.param == "with it":
        observe(empty, embedded_clickhouse)
    return empty


def test_groups(filled: Service) -> None:
    answer = filled.get("/api/v1/errors/groups")
    assert (answer["total"], answer["step_seconds"]) == (2, 3600)
    most, other = answer["groups"]
    assert (most["failures"], most["reports"], most["failures_before"]) == (2, 3, 1)
    assert (most["agents"], most["releases"]) == (["Code Helper", "Writer"], ["1.0", "1.1"])
    assert most["first_seen"] == "2026-11-21T11:00:00"
    assert most["last_seen"] == "2026-11-22T12:10:01"
    assert most["counts"] == [0] * 23 + [2]
    assert most["sample"]["error_id"] == "x2"
    assert most["sample"]["error_message"] == "call 2 failed"
    assert (other["error_type"], other["failures"]) == ("RateLimit", 1)
    path = f"/api/v1/errors/groups/{most['fingerprint']}"
    assert filled.get(path)["group"] == most
    filled.get("/api/v1/errors/groups/0000000000000000", status=404)
    of_group = filled.get(f"/api/v1/errors?fingerprint={most['fingerprint']}")
    assert [e["error_id"] for e in of_group["errors"]] == ["x2", "x1", "x4"]


def messages(service: Service, query: str) -> list[str]:
    """The messages of the groups of a query."""
    groups = service.get(f"/api/v1/errors/groups?{query}")["groups"]
    return [group["sample"]["error_message"] for group in groups]


def test_filters_and_orders(filled: Service) -> None:
    assert messages(filled, "new_since=2h") == ["other"]
    assert messages(filled, "severity=critical") == ["other"]
    assert messages(filled, "agent_name=writer") == ["call 2 failed"]
    assert messages(filled, "sort=first_seen") == ["other", "call 2 failed"]
    assert messages(filled, "sort=last_seen&since=7d") == [
        "call 2 failed",
        "other",
        "call 6 failed",
    ]
    assert messages(filled, "at=2026-11-22T11:30:00") == ["other"]
    assert messages(filled, "limit=1") == ["call 2 failed"]
    filled.get("/api/v1/errors/groups?since=1h&until=2h", status=422)


@pytest.mark.parametrize("view", [LIVE, KNOWN])
def test_a_page_of_now_is_that_of_a_window_of_all_times(
    filled: Service, embedded_clickhouse: str, monkeypatch: pytest.MonkeyPatch, view: str
) -> None:
    """The same failures by another way: one reads the newest only, the other compares each."""
    # An older failure that the agent reports last: its report is newer than other failures.
    load(
        filled.tables,
        [
            report(7, "22T12:00:30", error_message="slow", trace_id="t7", severity="critical"),
            report(8, "22T12:01:20", error_message="slow", trace_id="t7", agent_name="Writer"),
            report(9, "22T12:01:00", agent_name="Writer"),
        ],
    )
    observe(filled, embedded_clickhouse)
    monkeypatch.setattr(failures, "standing", lambda: Standing(view))
    for chosen in ("agent_name=Writer", "severity=critical", "error_type=RateLimit", "limit=9"):
        for limit in (1, 2, 3, 9):
            now = filled.get(f"/api/v1/errors?{chosen}&limit={limit}")
            window = filled.get(f"/api/v1/errors?{chosen}&limit={limit}&since=2000-01-01T00:00:00")
            now.pop("next_cursor"), window.pop("next_cursor")
            assert now == window
    newest = filled.get("/api/v1/errors?agent_name=Writer&limit=3")["errors"]
    assert [error["error_id"] for error in newest] == ["x2", "x8", "x9"]
