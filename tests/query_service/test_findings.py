"""Pages of findings: in order, each episode once."""

import pytest

from query_service.observer.alerts.store import keep
from tests.query_service.detectors.traffic import database_of
from tests.query_service.engine import Service
from tests.query_service.observer.alerts.episodes import episode, minute

RUN = {
    "run": 1, "at": minute(9), "seconds": 1.0, "found": 10, "opened": 10, "resolved": 0,
    "omitted": 0, "failed": {}, "cut": [],
}  # fmt: skip


def fill(service: Service) -> None:
    """Ten episodes, several at each time, written twice."""
    some = [
        episode(
            agent=f"a{n}",
            opened_at=minute(n // 4),
            severity_times=(minute(n // 4),),
            resolved_at=minute(8) if n % 2 else None,
            facts={"topic": "agent-queue-x"},
            figures={"tasks": 3.0},
        )
        for n in range(10)
    ]
    for number in (1, 2):
        keep(database_of(service), some, RUN | {"run": number})


@pytest.mark.parametrize("sort", ["time", "-time"])
def test_pages_are_in_order_and_have_each_row_once(empty: Service, sort: str) -> None:
    fill(empty)
    path = f"/api/v1/findings?sort={sort}"
    whole = empty.get(path)
    assert whole["total"] == 10
    times = [one["opened_at"] for one in whole["findings"]]
    assert times == sorted(times, reverse=sort == "time")
    found, cursor = [], ""
    for _ in range(3):
        answer = empty.get(f"{path}&limit=4{cursor}")
        assert answer["total"] is None
        found += answer["findings"]
        cursor = f"&cursor={answer['next_cursor']}"
    assert answer["next_cursor"] is None
    assert found == whole["findings"]
    assert empty.get(f"{path}&limit=0")["findings"] == []


def test_what_was_open_at_a_time(empty: Service) -> None:
    fill(empty)
    for time, state, count in (
        ("12:09:00", "open", 5), ("12:09:00", "resolved", 5),
        ("12:07:00", "open", 10), ("12:01:30", "open", 8),
    ):  # fmt: skip
        answer = empty.get(f"/api/v1/findings?state={state}&at=2026-11-22T{time}")
        assert answer["total"] == count, time
        assert {one["state"] for one in answer["findings"]} == {state}
    old = empty.get("/api/v1/findings")
    assert old["reason"] == "The last run is older than 10 minutes: is the observer away?"
