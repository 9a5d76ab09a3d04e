"""Tasks that somebody works on far longer than usual."""

from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "stuck_task"


def usual(agent: str = "coder", takes: float = 0.5) -> Traffic:
    """Planner hands the agent a task each two minutes."""
    traffic = Traffic()
    for minute in range(60, 1, -2):
        traffic.handoff("planner", agent, minute, takes)
    return traffic


def test_a_task_that_is_begun_and_never_ends(empty: Service) -> None:
    traffic = usual()
    task = traffic.message("coder", 10, source_agent="planner")
    traffic.sign("claimed", task, "coder", 9.9)
    traffic.sign("started", task, "coder", 9.8)
    waits = traffic.message("coder", 10, source_agent="planner")  # nobody began it
    traffic.store(empty, times=2)
    [found] = find(empty, KIND)
    assert (found.subject, found.agents) == ("coder", ["coder", "planner"])
    assert list(found.tasks.first) == [task] != [waits]
    assert found.figures["working_seconds"] == 594
    assert found.figures["usual_p99_seconds"] == 30
    assert found.facts["last_sign"] == "agent_telemetry.task.started"
    assert found.first_seen == ago(9.9)
    assert find(empty, KIND, times_usual=20) == []
    assert find(empty, KIND, at=ago(9)) == []


def test_whoever_says_that_they_are_at_it_has_more_time(empty: Service) -> None:
    traffic = usual()
    task = traffic.message("coder", 3, source_agent="planner")
    traffic.sign("started", task, "coder", 2.5)
    for seconds in range(120, 0, -10):
        traffic.sign("heartbeat", task, "coder", seconds / 60)
    traffic.store(empty)
    assert find(empty, KIND) == []
    assert len(find(empty, KIND, silent_seconds=5)) == 1


def test_an_agent_with_long_tasks_and_one_without_a_past_are_left_alone(empty: Service) -> None:
    traffic = usual(takes=8)
    for agent in ("coder", "newcomer"):
        task = traffic.message(agent, 14, source_agent="planner")
        traffic.sign("started", task, agent, 13)
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_who_waits_for_another_says_for_whom(empty: Service) -> None:
    traffic = usual("planner")
    task = traffic.message("planner", 10, source_agent="user")
    traffic.sign("started", task, "planner", 9.9)
    headers = {"cause-message-id": task}
    traffic.message("coder", 9, headers, source_agent="planner")
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert (found.agents, found.severity) == (["planner", "coder", "user"], "medium")
    assert found.waits_for == ["coder"]
