"""A system that the tests of the oracle's state look at, and what they ask of it."""

from datetime import timedelta
from typing import Any

from query_service.oracle.validate import VALIDATOR
from tests.clickhouse.migrations.records import message, record, sign, span
from tests.query_service.engine import NOW, Service
from tests.query_service.test_open_task_states import Fact, commit, members, topic, watched
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


def watch(service: Service) -> None:
    """A cluster with three Deployments."""
    source(service.tables, -5, "kubernetes", "ok")
    marks = {"agent": "true", "name": "PLAN_NER", "models": "gpt-5, o3,gpt-5", "description": "p"}
    deployment(service.tables, "planner-v2", **marks)
    deployment(service.tables, "database")
    deployment(service.tables, "hidden", agent="true", name="Orchestrator", exclude="True")
    pod(service.tables, -3, "p-1", restarts=3)
