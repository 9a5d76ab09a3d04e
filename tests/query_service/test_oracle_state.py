"""The state of a system: who is at what, what waits for what, and what is not known."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from query_service.models.values import iso
from query_service.observer import horizon
from query_service.observer.traces import TracesJob
from query_service.oracle import agents, queues
from query_service.oracle.validate import VALIDATOR
from query_service.settings import Settings
from tests.clickhouse.migrations.records import message, record, sign, span
from tests.query_service.engine import NOW, Service, service
from tests.query_service.test_open_task_states import (
    Fact,
    commit,
    insert,
    members,
    process,
    topic,
    watched,
)
from tests.query_service.test_oracle_llm import call
from tests.query_service.test_oracle_workload import pod, see, source

Json = dict[str, Any]


def minute(number: float) -> str:
    """A time so many minutes before NOW."""
    return (NOW - timedelta(minutes=number)).replace(tzinfo=None).isoformat()


def sent(
    name: str, agent: str, before: float, cause: str = "", source: str = "Planner", **fields: object
) -> Fact:
    """A task that was sent so many minutes ago."""
    target = agent.capitalize()
    body = message(
        message_id=name, source_agent=source, target_agent=target, timestamp=minute(before)
    )
    body |= {"reason": f"do {name}", **fields}
    headers = {"cause-message-id": cause} if cause else {}
    return "landing_records", record(topic(agent), hash(name) % 10**6 + 100, body, headers)


def event(name: str, kind: str, before: float, agent: str = "Writer", **more: str) -> Fact:
    attributes = {"gen_ai.agent.name": agent, **more}
    return "landing_logs", sign(1, kind, name, minute(before), **attributes)


def runs(name: str, agent: str, before: float, **fields: object) -> Fact:
    """A span of an existing agent that has not ended."""
    body = span(
        span_id=name, agent_id=agent, agent_name=agent, start_time=minute(before), end_time=None,
        status="running", duration_ms=None, **fields,
    )  # fmt: skip
    return "landing_records", record("agent-telemetry-spans", hash(name) % 10**6, body)


def deployment(tables: Any, name: str, /, **marks: str) -> None:
    see(tables, -5, "k8s.deployment", name, desired=1, available=1, ready=1, marks=marks)


SYSTEM = [
    sent("plan", "planner", 25, source="Orchestrator"),
    event("plan", "claimed", 20, "Planner"),
    sent("write", "writer", 10, cause="plan"),
    sent("next", "planner", 4, source="Orchestrator", priority="critical"),
    members("planner", "topic-consumer", 1, minute(1)),
    commit("planner", "topic-consumer", 0, minute(1)),
    watched("writer", minute(1)),
]
"""Planner works on `plan` and has sent `write` to Writer, whose queue nobody reads."""


@pytest.fixture
def system(empty: Service) -> Service:
    insert(empty, SYSTEM)
    return empty


def state(service: Service, query: str = "") -> Json:
    """The strict state, which has its schema."""
    told: Json = service.get(f"/api/v1/oracle/state{query}")
    VALIDATOR.validate(told)
    return told


def by_name(told: Json, section: str) -> dict[str, Json]:
    return {one["name"]: one for one in told[section]}


def active(told: Json, agent: str) -> list[tuple[str, str, str]]:
    found = by_name(told, "agents")[agent]["activity"]["active_task_ids"]
    return [(task["id"], task["started_on"], task["status"]) for task in found]


def waits(told: Json, agent: str) -> dict[str, tuple[str | None, float | None]]:
    """By task what it waits for, and for how long."""
    tasks = by_name(told, "queues")[topic(agent)]["tasks"]
    found = {task["id"]: task["priority"] for task in tasks}
    return {
        task: (priority.get("blocked_task"), priority.get("waiting_since_mins"))
        for task, priority in found.items()
    }


def issues(service: Service, query: str = "") -> tuple[list[str], list[str]]:
    answer = service.get(f"/api/v1/oracle/issues{query}")
    return answer["issues"], answer["unknown"]


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


def watch(service: Service) -> None:
    """A cluster with three Deployments."""
    source(service.tables, -5, "kubernetes", "ok")
    marks = {"agent": "true", "name": "PLAN_NER", "models": "gpt-5, o3,gpt-5", "description": "p"}
    deployment(service.tables, "planner-v2", **marks)
    deployment(service.tables, "database")
    deployment(service.tables, "hidden", agent="true", name="Orchestrator", exclude="True")
    pod(service.tables, -3, "p-1", restarts=3)


@pytest.fixture(scope="module")
def cluster(embedded_clickhouse: str) -> Iterator[Service]:
    """The system beside a cluster, for tests that only read."""
    made = service(embedded_clickhouse)
    insert(made, SYSTEM)
    watch(made)
    yield made
    made.tables.close()


@pytest.fixture
def settings(cluster: Service) -> Settings:
    """The settings of that service."""
    held: Settings = cluster.web.application.extensions["agent_telemetry"].settings
    return held


def test_discovery(cluster: Service, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    expected: dict[str, dict[str, str | None]] = {
        "auto": {"PLAN_NER": "planner-v2"},
        "labeled": {"PLAN_NER": "planner-v2"},
        "all": {"PLAN_NER": "planner-v2", "database": "database"},
        "telemetry": {"Planner": None, "Orchestrator": None},
    }
    for mode, wanted in expected.items():
        monkeypatch.setattr(settings, "oracle_discovery_mode", mode)
        found = by_name(state(cluster), "agents")
        assert {agent: one["deployment_name"] for agent, one in found.items()} == wanted, mode


def test_one_agent_of_several_sources_is_one(cluster: Service) -> None:
    [agent] = cluster.get("/api/v1/oracle/state?strict=false")["agents"]
    assert agent["activity"].pop("active_task_ids")[0]["id"] == "plan"
    assert agent == {
        "name": "PLAN_NER",
        "deployment_name": "planner-v2",
        "models": ["gpt-5", "o3"],
        "description": "p",
        "activity": {"updated_at": iso(NOW - timedelta(seconds=5))},
        "known_by": ["kubernetes", "messages", "tasks"],
        "deployments": ["shop/planner-v2"],
        "queues": ["agent-queue-planner"],
        "active_tasks": 1,
        "cost": None,
    }


def test_an_agent_is_also_found_by_the_name_of_its_deployment(system: Service) -> None:
    watch(system)
    deployment(system.tables, "writer", agent="true", name="Author")
    insert(system, [event("write", "claimed", 3)])
    assert active(state(system), "Author") == [("write", minute(3), "running")]


def test_models_are_those_of_spans_without_a_label(system: Service) -> None:
    watch(system)
    insert(system, [runs("s", "Coder", 3, model_name="m-1"), runs("x", "Planner", 3)])
    found = by_name(state(system), "agents")
    assert found["Coder"]["models"] == ["m-1"]
    assert found["PLAN_NER"]["models"] == ["gpt-5", "o3"]


def test_what_an_agent_costs_is_what_its_spans_tell(
    system: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(horizon, "MARGIN", timedelta())

    def cost() -> float | None:
        agents = system.get("/api/v1/oracle/state?strict=false")["agents"]
        return next((a["cost"] for a in agents if a["name"] == "Researcher"), None)

    told: Json = {"gen_ai__agent__name": "Researcher", "cost": "0.25"}
    call(system.tables, -600, name="a", **told)
    assert cost() == 0.25
    TracesJob(system.web.application.extensions["agent_telemetry"].database).run()
    assert cost() == 0.25
    call(system.tables, -300, name="b", **told)
    assert cost() == 0.5


def test_an_agent_of_two_deployments_is_one_and_says_so(system: Service) -> None:
    watch(system)
    deployment(system.tables, "planner-v1", agent="true", name="planner")
    assert by_name(state(system), "agents")["planner"]["deployment_name"] == "planner-v1"
    assert (
        "planner is told by its first Deployment, of 2 ones: shop/planner-v1, shop/planner-v2"
        in issues(system)[1]
    )


def test_our_fields_are_beside_those_of_the_schema(cluster: Service) -> None:
    strict, whole = state(cluster), cluster.get("/api/v1/oracle/state?strict=false")
    assert whole["sources"] == {
        "kubernetes": {"state": "ok", "since": iso(NOW - timedelta(seconds=5))}
    }
    assert (whole["status"], whole["generated_at"]) == ("degraded", iso(NOW))
    queue = by_name(whole, "queues")["agent-queue-planner"]
    assert [task["state"] for task in queue["tasks"]] == ["in_progress", "queued"]
    assert {name: queue[name] for name in ("pending_tasks", "queued", "in_progress")} == {
        "pending_tasks": 2,
        "queued": 1,
        "in_progress": 1,
    }

    def shared(one: Any, other: Any) -> Any:
        """The part of a state that a strict one has too."""
        if isinstance(other, dict):
            return {name: shared(one[name], value) for name, value in other.items()}
        if isinstance(other, list):
            return [shared(*pair) for pair in zip(one, other, strict=True)]
        return one

    whole["id"] = strict["id"]
    assert shared(whole, strict) == strict


def test_strict_is_a_setting(
    cluster: Service, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "oracle_strict_schema", False)
    assert "sources" in cluster.get("/api/v1/oracle/state")
    assert "sources" not in state(cluster, "?strict=true")


def test_summary_and_text(cluster: Service) -> None:
    told = cluster.get("/api/v1/oracle/state?format=summary")
    wrong = told.pop("issues")
    assert told == {
        "agent_count": 1,
        "active_tasks": 1,
        "running_pods": 0,
        "queued_tasks": 3,
        "llm_models": 0,
        "status": "degraded",
        "generated_at": iso(NOW),
    }
    lines = cluster.get("/api/v1/oracle/state?format=log")["log"].splitlines()
    assert "[STATUS: DEGRADED]" in lines
    assert "  PLAN_NER (planner-v2, gpt-5, o3): plan waiting" in lines
    assert "  agent-queue-planner: 1 queued, 1 in_progress" in lines
    assert {f"  ! {issue}" for issue in wrong} <= set(lines)


def test_each_section_alone_is_that_of_the_state(cluster: Service) -> None:
    whole = state(cluster)
    for path, name in (("agents", "agents"), ("queues", "queues"), ("llm", "litellm")):
        assert cluster.get(f"/api/v1/oracle/{path}")[name] == whole[name]


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


def test_the_state_of_now_is_validated(cluster: Service) -> None:
    assert cluster.get("/api/v1/oracle/validate") == {
        "valid": True,
        "error_count": 0,
        "errors": [],
    }


def validated(service: Service, body: str | bytes, status: int = 200) -> Json:
    answer = service.web.post("/api/v1/oracle/validate", data=body, content_type="application/json")
    assert answer.status_code == status, answer.text
    told: Json = answer.get_json()
    return told


def test_a_document_is_validated(cluster: Service) -> None:
    document = state(cluster)
    assert validated(cluster, json.dumps(document))["valid"]
    document["agents"][0]["models"].append(None)
    assert validated(cluster, json.dumps(document)) == {
        "valid": False,
        "error_count": 1,
        "errors": [
            {
                "path": "agents/0/models/2",
                "message": "None is not of type 'string'",
                "validator": "type",
                "validator_value": "string",
            }
        ],
    }


def test_what_is_no_object_is_no_state(cluster: Service) -> None:
    for body in ("[]", "3", "null", '"x"'):
        assert validated(cluster, body)["errors"][0]["validator"] == "type"


def test_a_hostile_document_is_refused_or_told_of_in_short(cluster: Service) -> None:
    for body in (b"", b"{", b"\xff\xfe", b'{"a": ' * 100_000):
        assert "body" in validated(cluster, body, 422)["detail"]
    assert validated(cluster, b" " * 2**21, 413)["status"] == 413
    models = [{"n": number} for number in range(50_000)]  # each with each: an hour
    agent = {"models": models, **{f"x{number}": 1 for number in range(5_000)}}
    told = validated(cluster, json.dumps({"agents": [agent]}))
    assert (told["error_count"], len(told["errors"])) == (1_000, 100)
    assert max(len(error["message"]) for error in told["errors"]) <= 301


def test_times_of_an_empty_system(empty: Service) -> None:
    assert state(empty) | {"id": ""} == {
        "id": "",
        "agents": [],
        "workload": [],
        "queues": [],
        "litellm": [],
    }
    assert datetime.fromisoformat(empty.get("/api/v1/oracle/state?format=summary")["generated_at"])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_json_does_not_have_are_no_document(empty: Service, number: str) -> None:
    assert "body" in validated(empty, f'{{"id": {number}}}', 422)["detail"]


def test_half_of_a_character_in_a_document_can_be_told(empty: Service) -> None:
    told = validated(empty, r'{"agents": [{"\ud800": "\ud800", "name": {"a": "\ud800"}}]}')
    assert not told["valid"]
