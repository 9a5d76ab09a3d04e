"""Tasks whose time to live ran out."""

from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "expired_task"


def test_tasks_that_ran_out_in_the_window(empty: Service) -> None:
    traffic = Traffic()
    for minute in range(30, 1, -1):
        traffic.handoff("planner", "coder", minute, ttl_seconds=60)
    expired = [
        traffic.message("coder", minutes, source_agent="planner", ttl_seconds=120)
        for minutes in (60, 9, 8)
    ]
    traffic.message("coder", 1, source_agent="planner", ttl_seconds=120)  # has time
    traffic.message("coder", 9, source_agent="planner")  # for ever
    traffic.store(empty, times=2)
    [found] = find(empty, KIND)
    assert (found.agents, found.severity) == (["coder", "planner"], "medium")
    assert list(found.tasks.first) == expired
    assert (found.figures["expired"], found.figures["answered"]) == (3, 14)
    assert (found.figures["shortest_ttl_seconds"], found.last_seen) == (120, ago(6))
    assert find(empty, KIND, minutes=5) == []
    assert find(empty, KIND, at=ago(7.5), minutes=10) == []


def test_an_answer_that_came_too_late(empty: Service) -> None:
    traffic = Traffic()
    traffic.handoff("planner", "coder", 10, takes=5, ttl_seconds=60)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert (found.figures["expired"], found.figures["answered_late"]) == (1, 1)
    assert found.last_seen == ago(9)
    [found] = find(empty, KIND, at=ago(8))
    assert (found.figures["expired"], found.figures["answered_late"]) == (1, 0)
    assert find(empty, KIND, minutes=4) == []


def test_many_of_an_agent_that_answers_less_are_worse(empty: Service) -> None:
    traffic = Traffic()
    for minutes in range(10, 5, -1):
        traffic.message("coder", minutes, source_agent="planner", ttl_seconds=60)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert (found.severity, found.figures["answered"]) == ("high", 0)
