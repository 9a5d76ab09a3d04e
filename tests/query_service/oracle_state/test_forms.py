"""The state in its forms: strict, whole, in short, as a text, by sections."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from query_service.models.values import iso
from query_service.settings import Settings
from tests.query_service.engine import NOW, Service
from tests.query_service.oracle_state.system import by_name, state


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


def test_times_of_an_empty_system(empty: Service) -> None:
    assert state(empty) | {"id": ""} == {
        "id": "",
        "agents": [],
        "workload": [],
        "queues": [],
        "litellm": [],
    }
    assert datetime.fromisoformat(empty.get("/api/v1/oracle/state?format=summary")["generated_at"])
