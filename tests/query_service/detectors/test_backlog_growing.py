"""Queues whose backlog grows."""

from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "backlog_growing"


def steady() -> Traffic:
    """A task each half minute, answered in as long, for three hours up to 15 minutes ago."""
    traffic = Traffic()
    for half in range(360, 30, -1):
        traffic.handoff("planner", "coder", half / 2, 0.5)
    return traffic


def overrun(traffic: Traffic, answered: int = 3) -> None:
    """From 15 minutes ago on 6 tasks a minute, of which some are answered."""
    for number in range(14 * 6):
        minute = 14.9 - number / 6
        if number % 6 < answered:
            traffic.handoff("planner", "coder", minute, 0.5)
        else:
            traffic.message("coder", minute, source_agent="planner", ttl_seconds=1200)


def test_a_backlog_that_grows(empty: Service) -> None:
    traffic = steady()
    overrun(traffic)
    traffic.store(empty, times=2)
    [found] = find(empty, KIND)
    assert found.agents == ["coder", "planner"]
    assert found.figures["backlog"] == found.tasks.total == 42
    assert found.figures["arrivals_per_minute"] > 5.5
    assert found.figures["completions_per_minute"] < 3.5
    assert found.figures["usual_p95_seconds"] == 30
    assert 600 < found.figures["drain_seconds"] < 1000
    assert 300 < found.figures["next_expiry_seconds"] < 1200
    assert find(empty, KIND, min_growth=43) == []
    assert find(empty, KIND, min_share=0.6) == []
    assert find(empty, KIND, at=ago(14)) == []


def test_a_steady_queue_does_not_grow(empty: Service) -> None:
    traffic = steady()
    overrun(traffic, answered=6)
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_a_burst_that_is_worked_off_does_not_grow(empty: Service) -> None:
    traffic = steady()
    for number in range(40):
        traffic.handoff("planner", "coder", 9 - number / 40, 0.5 + number / 5)
    traffic.store(empty)
    assert find(empty, KIND) == []
    assert find(empty, KIND, at=ago(7)) == []


def test_more_work_that_is_done_as_fast_as_ever_is_no_backlog(empty: Service) -> None:
    traffic = steady()
    for minute in range(300, 15, -1):
        traffic.handoff("planner", "coder", minute, 14)
    overrun(traffic)
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_one_that_drains_again_does_not_grow(empty: Service) -> None:
    traffic = steady()
    for number in range(60):
        traffic.handoff("planner", "coder", 14.5 - number / 6, 10 - number / 8)
    for number in range(8):
        traffic.message("coder", 14 - number, source_agent="planner")
    traffic.store(empty)
    assert find(empty, KIND) == []
