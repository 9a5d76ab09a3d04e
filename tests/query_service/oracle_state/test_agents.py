"""Which agents the state tells of, and what of them."""

from datetime import timedelta

import pytest

from query_service.models.values import iso
from query_service.observer import horizon
from query_service.observer.traces import TracesJob
from query_service.settings import Settings
from tests.query_service.engine import NOW, Service
from tests.query_service.oracle_state.system import (
    Json,
    active,
    by_name,
    deployment,
    event,
    issues,
    minute,
    runs,
    state,
    watch,
)
from tests.query_service.test_open_task_states import insert
from tests.query_service.test_oracle_llm import call


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
