"""Queues whose reader takes nothing: stopped, stalled, rewound, or never there."""

from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "agent_not_consuming"


def fed(
    until: float = 0, members: int = 1, tasks_since: float = 60, commits: bool = True
) -> tuple[Traffic, list[str]]:
    """A task for coder each minute; up to `until` minutes ago they are read and answered."""
    traffic, unread, committed = Traffic(), list[str](), 0
    for minute in range(int(tasks_since), 0, -1):
        if minute > until:
            traffic.handoff("planner", "coder", minute + 0.5, 0.3)
            committed = traffic.sent["agent-queue-coder"]
        else:
            unread.append(traffic.message("coder", minute + 0.5, source_agent="planner"))
        end = traffic.sent["agent-queue-coder"]
        here = members if minute <= until else 1
        traffic.queue("coder", minute, end, committed if commits else None, here)
    return traffic, unread


def test_an_agent_that_reads_is_left_alone(empty: Service) -> None:
    traffic, _ = fed()
    traffic.message("coder", 0.2, source_agent="planner")
    traffic.queue("coder", 0.1, traffic.sent["agent-queue-coder"], 60)
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_nobody_in_the_group_any_more(empty: Service) -> None:
    traffic, unread = fed(until=8, members=0)
    traffic.store(empty, times=2)
    [found] = find(empty, KIND)
    assert found.subject == "agent-queue-coder coder-consumer"
    assert (found.agents, found.severity) == (["coder", "planner"], "high")
    assert (list(found.tasks.first), found.tasks.total) == (unread, 8)
    assert found.figures["members"] == 0
    assert found.figures["waiting_tasks"] == found.figures["lag"] == 8
    assert found.figures["oldest_waiting_seconds"] == 450
    assert "nobody is in its consumer group" in found.facts["why"]
    assert find(empty, KIND, at=ago(7)) == []  # a restart takes as long
    assert find(empty, KIND, min_silent_seconds=451) == []


def test_in_its_group_without_commits(empty: Service) -> None:
    traffic, _ = fed(until=10, members=1)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert "commits nothing" in found.facts["why"]
    assert found.severity == "critical"
    assert find(empty, KIND, min_stalled_seconds=600) == []


def test_whoever_says_that_they_work_is_busy_not_dead(empty: Service) -> None:
    traffic, unread = fed(until=10, members=1)
    traffic.sign("started", unread[0], "coder", 10)
    traffic.sign("heartbeat", unread[0], "coder", 1.2)
    traffic.store(empty)
    assert find(empty, KIND) == []
    assert len(find(empty, KIND, busy_seconds=5)) == 1


def test_one_task_may_hold_up_the_commits_of_all_that_are_answered_after_it(empty: Service) -> None:
    traffic, unread = fed(until=15, members=1)
    for minute, task in zip(range(14, 0, -1), unread[1:], strict=True):
        traffic.answer(task, "coder", "planner", minute)
    traffic.store(empty)
    assert find(empty, KIND, minutes=60) == []
    del traffic.rows["landing_records"][-10:]  # the last ten answers
    traffic.store(empty)
    assert len(find(empty, KIND, minutes=60)) == 1


def test_an_agent_that_takes_long_stands_still_for_as_long(empty: Service) -> None:
    traffic, _ = fed(until=10, members=1)
    for minute in range(60, 20, -1):
        traffic.handoff("reviewer", "coder", minute, 12)
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_a_living_agent_without_any_group(empty: Service) -> None:
    traffic, _ = fed(until=20, tasks_since=20, commits=False)
    traffic.span("coder", 30)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert found.facts["why"] == "no consumer group has ever read its queue"
    assert "lag" not in found.figures


def test_one_that_nobody_ever_heard_of_is_a_lost_handoff(empty: Service) -> None:
    traffic, _ = fed(until=20, tasks_since=20, commits=False)
    traffic.store(empty)
    assert find(empty, KIND) == []
    assert len(find(empty, "lost_handoff")) == 1


def test_a_group_that_went_back(empty: Service) -> None:
    traffic, _ = fed()
    end = traffic.sent["agent-queue-coder"]
    traffic.queue("coder", 0.5, end, end - 20)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert found.figures["rewound_by"] == 20
    assert found.first_seen == ago(0.5)
    assert find(empty, KIND, at=ago(0.6)) == []


def test_what_is_not_observed_is_not_known(empty: Service) -> None:
    traffic, _ = fed(until=10, members=0)
    del traffic.rows["landing_metrics_gauge"]
    traffic.store(empty)
    assert find(empty, KIND) == []
