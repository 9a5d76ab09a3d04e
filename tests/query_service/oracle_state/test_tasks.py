"""The state of a system: who is at what, what waits for what, and what is not known."""

from datetime import timedelta

import pytest

from query_service.models.values import iso
from query_service.oracle import agents, queues
from tests.clickhouse.migrations.records import message, record, span
from tests.query_service.engine import NOW, Service
from tests.query_service.oracle_state.system import (
    Json,
    active,
    by_name,
    event,
    issues,
    minute,
    runs,
    sent,
    state,
    waits,
)
from tests.query_service.test_open_task_states import commit, insert, process, topic
from tests.query_service.test_oracle_workload import source


def test_a_task_is_blocked_by_what_its_agent_waits_for(system: Service) -> None:
    told = state(system)
    assert active(told, "Planner") == [("plan", minute(20), "waiting")]
    assert waits(told, "planner") == {"plan": ("write", 10), "next": ("write", 4)}
    assert waits(told, "writer") == {"write": (None, 10)}
    [first, _] = by_name(told, "queues")["agent-queue-planner"]["tasks"]
    assert first == {
        "id": "plan",
        "priority": {"level": "normal", "blocked_task": "write", "waiting_since_mins": 10},
        "submitted_at": minute(25),
        "invoked_by": "Orchestrator",
        "prompt": "do plan",
        "args": {"text": "write"},
    }


def test_an_answer_lets_go(system: Service) -> None:
    answer = message(
        message_id="r", source_agent="Writer", message_type="result", parent_message_id="write",
        timestamp=minute(2),
    )  # fmt: skip
    insert(system, [("landing_records", record(topic("planner"), 7, answer))])
    told = state(system)
    assert active(told, "Planner") == [("plan", minute(20), "running")]
    assert waits(told, "planner") == {"plan": (None, None), "next": (None, 4)}
    assert waits(told, "writer") == {}
    # As it was before the answer.
    assert waits(state(system, f"?at={minute(3)}"), "planner") == {
        "plan": ("write", 7),
        "next": ("write", 1),
    }


def test_a_task_that_was_answered_later_was_begun_when_it_was(system: Service) -> None:
    answer = message(
        message_id="r", message_type="result", parent_message_id="plan", timestamp=minute(2)
    )
    insert(system, [("landing_records", record(topic("orchestrator"), 7, answer))])
    assert active(state(system, f"?at={minute(3)}"), "Planner") == [("plan", minute(20), "waiting")]
    assert active(state(system), "Planner") == []


def test_without_a_cause_the_only_task_of_the_sender_in_the_trace_is_it(system: Service) -> None:
    insert(
        system,
        [
            sent("alone", "coder", 9, source="Orchestrator", trace_id="t-7"),
            process("alone", "coder", minute(8)),
            sent("check", "reviewer", 7, source="Coder", trace_id="t-7"),
            sent("before", "reviewer", 8.5, source="Coder", trace_id="t-7"),
            sent("other", "reviewer", 7, source="Coder", trace_id="t-8"),
        ],
    )
    assert waits(state(system), "coder") == {"alone": ("check", 7)}


def test_with_two_tasks_in_the_trace_nobody_guesses(system: Service) -> None:
    two = [sent(f"two-{n}", "coder", 9, source="Orchestrator", trace_id="t-7") for n in (1, 2)]
    begun = [event(f"two-{n}", "claimed", 8, "Coder") for n in (1, 2)]
    check = sent("check", "reviewer", 7, source="Coder", trace_id="t-7")
    insert(system, [*two, *begun, check])
    told = state(system)
    assert waits(told, "coder") == {"two-1": (None, None), "two-2": (None, None)}
    assert {status for _, _, status in active(told, "Coder")} == {"running"}


def test_one_task_that_runs_keeps_the_next_from_being_blocked(system: Service) -> None:
    insert(system, [sent("more", "planner", 15), event("more", "started", 14, "Planner")])
    told = state(system)
    assert waits(told, "planner")["next"] == (None, 4)
    assert active(told, "Planner") == [
        ("plan", minute(20), "waiting"),
        ("more", minute(14), "running"),
    ]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [("failed", ["failed"]), ("completed", ["completed"]), ("cancelled", [])],
)
def test_who_is_done_and_did_not_answer_is_told(
    system: Service, outcome: str, expected: list[str]
) -> None:
    done = {"agent_telemetry.task.outcome": outcome}
    insert(system, [event("plan", "done", 1, "Planner", **done)])
    assert [status for _, _, status in active(state(system), "Planner")] == expected
    told = "Planner failed, and did not answer, at 1 task: plan" in issues(system)[0]
    assert told is (outcome == "failed")


def test_who_only_kafka_says_to_have_begun_began_when_it_was_sent(system: Service) -> None:
    insert(system, [commit("writer", "whole-consumer", 10**7, minute(1))])
    told = state(system)
    assert active(told, "Writer") == [("write", minute(10), "running")]
    assert "nobody but Kafka says that it began, of 1 active task" in str(issues(system)[1])


def test_spans_that_run_are_what_an_agent_is_at(system: Service) -> None:
    insert(
        system,
        [
            runs("outer", "Coder", 30, trace_id="t-5"),
            runs("inner", "Coder", 20, trace_id="t-5", parent_span_id="outer"),
            runs("of-task", "Planner", 18, trace_id="0af7651916cd43dd8448eb211c80319c"),
            runs("lost", "Coder", 60 * 25, trace_id="t-6"),
        ],
    )
    told = state(system)
    assert active(told, "Coder") == [("outer", minute(30), "running")]
    assert [task for task, _, _ in active(told, "Planner")] == ["plan"]
    ended = span(
        span_id="outer", agent_name="Coder", trace_id="t-5", start_time=minute(30),
        end_time=minute(10),
    )  # fmt: skip
    insert(system, [("landing_records", record("agent-telemetry-spans", 99, ended))])
    assert [task for task, _, _ in active(state(system), "Coder")] == ["inner"]
    was = state(system, f"?at={minute(15)}")
    assert [task for task, _, _ in active(was, "Coder")] == ["outer"]


def test_what_is_wrong_is_told(system: Service) -> None:
    wrong, unknown = issues(system)
    assert wrong == [
        "agent-queue-planner: nobody has taken, though critical, 1 task: next",
        "agent-queue-writer: nobody reads it, 1 task may be lost",
        "agent-queue-writer: a task that nobody has taken waits for 10 minutes",
    ]
    assert unknown == [
        "kubernetes was not observed; Deployments of agents are not known",
        "deployment_name is null, known by telemetry alone: 2 agents: Orchestrator, Planner",
        "neither a label nor a span tells the models of 2 agents: Orchestrator, Planner",
        "kubernetes was not observed",
    ]
    answer = system.get("/api/v1/oracle/issues")
    assert (answer["status"], answer["agent_count"]) == ("degraded", 2)
    assert (answer["active_tasks"], answer["queued_tasks"]) == (1, 3)


def test_kafka_that_is_away_is_told(system: Service) -> None:
    source(system.tables, -30, "kafka", "unreachable", message="no broker")
    assert issues(system)[0][0] == (
        f"kafka is unreachable since {iso(NOW - timedelta(seconds=30))}: no broker; "
        "queues are as they were seen last"
    )


def test_what_is_too_much_is_cut_and_said_so(
    system: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    long: Json = {"payload": {"text": "x" * 300}, "priority": "soon", "reason": "y" * 3_000}
    insert(system, [sent("big", "planner", 3, **long), event("next", "claimed", 1, "Planner")])
    monkeypatch.setattr(queues, "MOST_TASKS", 4)
    monkeypatch.setattr(agents, "MOST", 1)
    monkeypatch.setattr(agents, "MOST_ACTIVE", 1)
    told, (_, unknown) = state(system), issues(system)
    assert len(by_name(told, "queues")["agent-queue-planner"]["tasks"]) == 2
    assert [one["name"] for one in told["agents"]] == ["Orchestrator"]
    assert "only the first 1 of 2 agents are told of" in unknown
    assert "only the oldest of each queue are told of: not 1 task" in unknown
    monkeypatch.setattr(queues, "MOST_TASKS", 100)
    monkeypatch.setattr(agents, "MOST", 2)
    told, (_, unknown) = state(system), issues(system)
    big = by_name(told, "queues")["agent-queue-planner"]["tasks"][-1]
    assert "args" not in big and len(big["prompt"]) == 2_000
    assert big["priority"]["level"] == "normal"
    assert {
        "the priority is none that is known, and told as normal, of 1 task",
        "args are left out, longer than 200 characters or no object, of 1 task",
        "prompt is cut to 2,000 characters, of 1 task",
        "only the oldest 1 active tasks are told of 1 agent: Planner",
    } <= set(unknown)
