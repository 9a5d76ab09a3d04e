"""Events by pages: each once, at its earliest time, newest first."""

from typing import Any

import pytest

from tests.query_service.engine import Service, load, produced


def told(number: int, second: int, **fields: Any) -> dict[str, Any]:
    """An event as the events topic has it."""
    return produced(
        "agent-telemetry-events",
        number,
        **{
            "event_id": f"v{number:02}",
            "event_type": "step",
            "severity": "info",
            "agent_name": "Code Helper",
            "message": f"step {number}",
            "trace_id": "t1",
            "timestamp": f"2026-11-22T11:00:{second:02}",
        }
        | fields,
    )


def pages(service: Service, limit: int, more: str = "") -> list[str]:
    """The ids of all pages."""
    seen: list[str] = []
    cursor = ""
    while True:
        answer = service.get(f"/api/v1/events?limit={limit}{more}{cursor}")
        seen += [event["event_id"] for event in answer["events"]]
        if answer["next_cursor"] is None:
            return seen
        assert len(answer["events"]) == limit
        cursor = f"&cursor={answer['next_cursor']}"


@pytest.mark.parametrize("limit", [1, 3, 20])
def test_pages_have_each_event_once_at_its_earliest_time(empty: Service, limit: int) -> None:
    load(empty.tables, [told(n, 10 + n // 2) for n in range(12)])
    # The same events again: at the same time, later, and one of them earlier.
    load(empty.tables, [told(3, 11), told(4, 50), told(5, 51), told(11, 1)])
    expected = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 11]
    assert pages(empty, limit) == [f"v{n:02}" for n in expected]
    empty.tables.command("OPTIMIZE TABLE event_times FINAL")
    empty.tables.command("OPTIMIZE TABLE events FINAL")
    assert pages(empty, limit) == [f"v{n:02}" for n in expected]


def test_a_version_that_lost_is_not_found(empty: Service) -> None:
    load(empty.tables, [told(1, 10), told(1, 20, severity="error", event_type="other")])
    assert pages(empty, 5, "&severity=error") == []
    assert pages(empty, 5, "&since=2026-11-22T11:00:15") == []
    assert pages(empty, 5, "&severity=info&event_type=step") == ["v01"]


def test_filters(empty: Service) -> None:
    load(
        empty.tables,
        [
            told(1, 1),
            told(2, 2, trace_id="t2"),
            told(3, 3, agent_name="Writer"),
            told(4, 4, message="It FAILED"),
            told(5, 5, severity="warning"),
        ],
    )
    assert pages(empty, 9, "&trace_id=t2") == ["v02"]
    assert pages(empty, 9, "&agent_name=writer") == ["v03"]
    assert pages(empty, 9, "&text=failed") == ["v04"]
    assert pages(empty, 9, "&severity=warning") == ["v05"]
    assert pages(empty, 9, "&until=2026-11-22T11:00:03") == ["v02", "v01"]
    assert pages(empty, 9, "&at=2026-11-22T11:00:01") == ["v01"]


def test_the_total_is_told_when_it_is_known(empty: Service) -> None:
    load(empty.tables, [told(n, n) for n in range(4)])
    assert empty.get("/api/v1/events?limit=4")["total"] == 4
    assert empty.get("/api/v1/events?limit=3")["total"] is None
    assert empty.get("/api/v1/events?limit=0")["events"] == []
