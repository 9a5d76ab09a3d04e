"""Handoffs that are lost: nobody reads the queue, nobody answers, or nobody sent the task."""

from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "lost_handoff"


def healthy() -> Traffic:
    """Planner hands coder a task a minute, each answered in half a minute."""
    traffic = Traffic()
    for minute in range(60, 1, -1):
        traffic.handoff("planner", "coder", minute)
        traffic.queue("coder", minute - 0.9, *[traffic.sent["agent-queue-coder"]] * 2)
        traffic.queue("planner", minute - 0.9, *[traffic.sent["agent-queue-planner"]] * 2)
    return traffic


def test_nothing_is_lost_where_everything_is_answered(empty: Service) -> None:
    traffic = healthy()
    traffic.message("coder", 1.5, source_agent="planner")  # has just come
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_a_queue_that_nobody_reads(empty: Service) -> None:
    traffic = healthy()
    lost = [traffic.message("codr", minutes, source_agent="planner") for minutes in (5, 4)]
    traffic.queue("codr", 0.5, 2)
    traffic.store(empty, times=2)
    [found] = find(empty, KIND)
    assert (found.subject, found.agents) == ("agent-queue-codr", ["codr", "planner"])
    assert (list(found.tasks.first), found.tasks.total) == (lost, 2)
    assert found.figures == {"tasks": 2, "oldest_waiting_seconds": 300}
    assert found.facts["sender"] == "planner"
    assert found.first_seen == ago(5)
    assert find(empty, KIND, at=ago(5.5)) == []
    assert find(empty, KIND, agent="coder") == []
    assert len(find(empty, KIND, agent="planner")) == 1


def test_a_queue_without_a_group_whose_agent_lives_is_not_lost(empty: Service) -> None:
    traffic = healthy()
    traffic.message("codr", 5, source_agent="planner")
    traffic.queue("codr", 0.5, 1)
    traffic.span("codr", 20)
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_a_queue_that_was_not_looked_at_is_not_known_to_be_lost(empty: Service) -> None:
    traffic = healthy()
    traffic.message("codr", 5, source_agent="planner")
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_a_task_that_was_read_and_not_answered_while_later_ones_were(empty: Service) -> None:
    traffic = Traffic()
    lost = ""
    for minute in range(60, 1, -1):
        traffic.handoff("planner", "coder", minute)
        if minute == 9:
            lost = traffic.message("coder", 8.7, source_agent="planner")
    traffic.queue("coder", 0.5, *[traffic.sent["agent-queue-coder"]] * 2)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert (found.agent, list(found.tasks.first)) == ("coder", [lost])
    assert found.figures["answered_later"] == 7
    assert found.figures["usual_p99_seconds"] == 30
    assert found.subject == "unanswered coder"
    assert find(empty, KIND, min_answered_later=8) == []
    assert find(empty, KIND, times_usual=18) == []
    assert find(empty, KIND, at=ago(8.6)) == []


def test_a_task_that_is_worked_on_is_not_lost_and_one_that_is_done_is(empty: Service) -> None:
    traffic = Traffic()
    for minute in range(60, 1, -1):
        traffic.handoff("planner", "coder", minute)
    working, done = (traffic.message("coder", 9, source_agent="planner") for _ in range(2))
    for task in (working, done):
        traffic.sign("started", task, "coder", 8.9)
    traffic.sign("done", done, "coder", 8.5)
    traffic.queue("coder", 0.5, *[traffic.sent["agent-queue-coder"]] * 2)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert list(found.tasks.first) == [done]


def test_tasks_that_are_sent_and_forgotten_are_not_lost(empty: Service) -> None:
    traffic = Traffic()
    for minute in range(60, 1, -1):
        traffic.message("logger", minute, source_agent="planner")
    for minute in range(60, 1, -10):
        traffic.handoff("planner", "logger", minute)
    traffic.queue("logger", 0.5, *[traffic.sent["agent-queue-logger"]] * 2)
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_an_answer_to_a_task_that_nobody_sent(empty: Service) -> None:
    traffic = healthy()
    traffic.answer("ghost", "coder", "planner", 5)
    traffic.answer("too new", "coder", "planner", 0.5)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert (found.agents, found.severity) == (["coder", "planner"], "medium")
    assert list(found.tasks.first) == ["ghost"]
    assert find(empty, KIND, minutes=3) == []
