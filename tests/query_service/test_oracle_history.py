"""States over time, and what is other between two times."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from query_service.models.values import iso
from tests.clickhouse.migrations.records import message, record
from tests.query_service.engine import NOW, Service
from tests.query_service.oracle_state.system import event, minute, sent
from tests.query_service.test_open_task_states import commit, insert, members, topic
from tests.query_service.test_oracle_llm import call, figure, gateway
from tests.query_service.test_oracle_workload import coder, pod, see, source

__all__ = ["gateway"]
Json = dict[str, Any]
MINUTES = 20


def answer(task: str, agent: str, before: float) -> tuple[str, Json]:
    body = message(
        message_id=f"answer-{task}", source_agent=agent.capitalize(), message_type="result",
        parent_message_id=task, timestamp=minute(before),
    )  # fmt: skip
    return "landing_records", record(topic("planner"), hash(task) % 10**6, body)


@pytest.fixture
def past(empty: Service) -> Service:
    """Twenty minutes: nobody looks until 15 minutes ago; a Deployment is scaled, a pod crashes,
    the cluster is away from 6 to 3 minutes ago; tasks are taken, answered and expire."""
    tables = empty.tables
    for ago in range(-15 * 60, 0, 60):
        source(tables, ago, "kafka", "ok")
        away = -6 * 60 <= ago < -3 * 60
        source(tables, ago, "kubernetes", *(["unreachable"] if away else ["ok"]))
        if away:
            continue
        coder(tables, ago - 0.5, available=2 if ago < -10 * 60 else 1)
        pod(tables, ago - 0.5, "coder-1")
        if ago < -10 * 60:
            pod(tables, ago - 0.5, "coder-2")
        else:
            killed = {"name": "agent", "ready": False, "last_reason": "OOMKilled"}
            pod(tables, ago - 0.5, "coder-2", "Pending", restarts=3, containers=[killed])
        if ago > -3 * 60:
            see(tables, ago - 0.5, "k8s.deployment", "secret", desired=0,
                marks={"agent": "true", "exclude": "true"})  # fmt: skip
    see(tables, -2 * 60 + 1, "k8s.pod", "coder-1", is_gone=True)
    insert(
        empty,
        [
            sent("early", "coder", 18), answer("early", "coder", 12),
            event("early", "claimed", 16, "Coder"),
            sent("short", "coder", 9, ttl_seconds=120),
            sent("read", "coder", 8), sent("late", "coder", 1.5),
            sent("between", "coder", 7.5), answer("between", "coder", 7.4),
            commit("coder", "g", 0, minute(14)), members("coder", "g", 1, minute(14)),
            commit("coder", "g", 10**7, minute(4.5)), members("coder", "g", 1, minute(4.5)),
        ],
    )  # fmt: skip
    call(tables, -10 * 60)
    call(tables, -10 * 60 + 30, took=20)
    return empty


def history(service: Service, query: str = "?from=20m&step=1m") -> list[Json]:
    points: list[Json] = service.get(f"/api/v1/oracle/history{query}")["points"]
    return points


def at(point: Json) -> datetime:
    return datetime.fromisoformat(point["at"])


def test_each_point_says_what_the_state_said_then(past: Service) -> None:
    points = history(past, "?from=20m&step=90s")
    assert [point["at"] for point in points] == [minute(1.5 * ago) for ago in range(13, -1, -1)]
    for point in points:
        told = past.get(f"/api/v1/oracle/state?strict=false&at={point['at']}")
        assert point["sources"] == told["sources"]
        assert [one["name"] for one in point["agents"]] == [one["name"] for one in told["agents"]]
        deployed = [one["deployments"] for one in told["agents"]]
        assert [one["deployments"] for one in point["agents"]] == deployed
        if point["workload"] is None:
            assert told["sources"].get("kubernetes", {}).get("state") != "ok"
        else:
            assert point["workload"] == [shortly(one) for one in told["workload"]]
        tasks = ("pending_tasks", "in_progress", "expired")
        counts = {one["name"]: [one[name] for name in tasks] for one in told["queues"]}
        lags = {one["name"]: max((one["lag"] or {"": None}).values()) for one in told["queues"]}
        for queue in point["queues"]:
            assert [queue[name] for name in tasks] == counts.pop(queue["name"])
            if told["sources"].get("kafka", {}).get("state") == "ok":
                assert queue["consumer_lag"] == lags[queue["name"]]
        assert not any(pending for pending, *_ in counts.values())
        models = {one["model"]: one for one in told["litellm"]}
        for model in point["litellm"]:
            now = models.pop(model["model"])
            assert (model["rpm"], model["tpm"]) == (now["rpm"], now["tpm"])
        assert not any(one["rpm"] for one in models.values())


def shortly(told: Json) -> Json:
    pods = told["pods"]
    return {
        "deployment_name": told["deployment_name"],
        "namespace": told["namespace"],
        "active_pods": told["live"]["active_pods"],
        "max_pods": told["max_pods"],
        "image": told["live"].get("image"),
        "pods": Counter(one["status"] for one in pods),
        "restarts": sum(one["restarts"] for one in pods),
        "reasons": Counter(reason for one in pods for reason in one["reasons"]),
    }


def test_the_way_to_the_state_of_now(past: Service) -> None:
    points = {MINUTES - number: point for number, point in enumerate(history(past))}
    assert points[18]["workload"] is None
    assert points[18]["unknown"] == [
        "kubernetes was not observed; workload is null",
        "kafka was not observed; consumer_lag is null",
    ]
    [before], [after] = points[11]["workload"], points[8]["workload"]
    assert (before["pods"], before["active_pods"]) == ({"Running": 2}, 2)
    assert (after["pods"], after["active_pods"]) == ({"Pending": 1, "Running": 1}, 1)
    assert (after["restarts"], after["reasons"]) == (3, {"OOMKilled": 1})
    assert points[8]["issues"] == [
        "shop/coder: 1 of 2 pods are available",
        "pod shop/coder-2 is Pending (OOMKilled)",
    ]
    assert points[4]["workload"] is None
    assert points[4]["issues"][0].startswith(f"kubernetes is unreachable since {minute(6)}")
    [agent] = [one for one in points[13]["agents"] if one["name"] == "coder"]
    assert (agent["active_tasks"], agent["waiting_tasks"]) == (1, 0)
    assert [queue["pending_tasks"] for queue in points[8]["queues"]] == [2]
    assert "agent-queue-coder: 1 task expired" in points[6]["issues"]


def test_a_source_that_says_nothing_for_long_is_silent_between(empty: Service) -> None:
    for ago in (-900, -880, -120, -60):
        source(empty.tables, ago, "kafka", "ok")
    states = [point["sources"]["kafka"]["state"] for point in history(empty, "?from=14m&step=1m")]
    assert states == ["ok"] * 2 + ["silent"] * 10 + ["ok"] * 3


@pytest.mark.parametrize("seconds", [1, 45, 3600])
def test_steps_longer_and_shorter_than_the_keep_alive_tell_the_same(
    past: Service, seconds: int
) -> None:
    """Points of another step that lie at the same times."""
    other = history(past, f"?from={10 * seconds}s&step={seconds}s&to={minute(1)}")
    assert len(other) == 11
    last = history(past, f"?from=1m&to={minute(1)}&step=1m")[-1]
    assert other[-1] == last


def test_what_left_while_nobody_looked_is_told_no_longer_than_in_the_state(empty: Service) -> None:
    for ago in range(-600, 0, 60):
        source(empty.tables, ago, "kubernetes", "ok")
    coder(empty.tables, -600)
    told = [bool(point["workload"]) for point in history(empty, "?from=10m&step=50s")]
    assert told == [True] * 3 + [False] * 10


def test_without_anything_there_are_points_that_say_so(empty: Service) -> None:
    answer = empty.get("/api/v1/oracle/history")
    assert (answer["step_seconds"], len(answer["points"])) == (60, 61)
    assert answer["from"] == iso(NOW - timedelta(hours=1))
    for point in answer["points"]:
        assert (point["workload"], point["agents"], point["queues"]) == (None, [], [])
        assert point["unknown"]


def test_models_are_told_as_they_were(gateway: Service) -> None:
    call(gateway.tables, -200, took=20, model="gpt-5")
    points = history(gateway, "?from=4m&step=20s")
    for point in points:
        told = gateway.get(f"/api/v1/oracle/state?strict=false&at={point['at']}")["litellm"]
        fields = ("model", "provider", "source", "health", "rpm", "tpm")
        now = [{name: one.get(name) for name in fields} for one in told]
        # Models of spans are told for a quarter of an hour there, for five minutes here.
        assert point["litellm"] == now
    assert {model["health"] for model in points[-1]["litellm"]} == {"unstable", None}
    assert any("fails" in issue for issue in points[-1]["issues"])


def test_why_use_is_not_known_is_said(gateway: Service) -> None:
    source(gateway.tables, -50, "litellm-metrics", "unreachable")
    points = history(gateway, "?from=2m&step=20s")
    for point in points:
        unused = any(None in (one["rpm"], one["tpm"]) for one in point["litellm"])
        said = any("how much is used of" in what for what in point["unknown"])
        assert said == unused
    assert {any(model["rpm"] is None for model in one["litellm"]) for one in points} == {
        True,
        False,
    }


def test_what_is_left_out_of_a_point_is_said(
    past: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    call(past.tables, -10 * 60, model="other")
    see(past.tables, -10 * 60, "k8s.deployment", "alone", desired=0)
    monkeypatch.setattr("query_service.oracle.history.MOST", 1)
    monkeypatch.setattr("query_service.oracle.past_models.MOST", 1)
    [_, point] = history(past, f"?from=1m&to={minute(9.5)}&step=1m")
    for kind, section in {"agents": "agents", "workloads": "workload", "models": "litellm"}.items():
        assert len(point[section]) == 1
        assert f"only the first 1 {kind} are told of" in point["unknown"]
    assert "only the first 1 queues are told of" not in point["unknown"]


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), -1.0, 1e308])
def test_figures_that_cannot_be_true_are_not_told_of(gateway: Service, odd: float) -> None:
    before = history(gateway, "?from=4m&step=20s")
    for metric in ("requests", "failures", "cooldowns", "tokens"):
        figure(gateway.tables, -55, metric, "d1", odd)
    assert history(gateway, "?from=4m&step=20s") == before


def test_tokens_beyond_all_measure_are_told_as_the_state_tells_them(empty: Service) -> None:
    for number in range(3):
        call(empty.tables, -30, name=f"s{number}", gen_ai__usage__input_tokens=str(2**63))
    [model] = history(empty, "?from=1m&step=1m")[-1]["litellm"]
    [now] = empty.get("/api/v1/oracle/state")["litellm"]
    assert model["tpm"] == now["tpm"] > 0


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?from=yesterday", "from"),
        ("?from=2026-11-22T12:00:00&to=2026-11-22T12:00:00", "is not before `to`"),
        ("?from=99d", "older than the retention"),
        ("?to=2100-01-01", "lies in the future"),
        ("?step=0s", "is too short"),
        ("?step=1s", "more than 240 points"),
        ("?step=soon", "step"),
    ],
)
def test_wrong_parameters_are_named(empty: Service, query: str, says: str) -> None:
    answer = empty.get(f"/api/v1/oracle/history{query}", 422)
    assert says in answer["detail"]


def changes(service: Service, query: str) -> tuple[dict[tuple[str, str, str | None], Any], str]:
    answer = service.get(f"/api/v1/oracle/diff{query}")
    assert answer["changes_omitted"] == 0
    found = {
        (one["section"], one["name"], one["attribute"]): (one["before"], one["after"])
        for one in answer["changes"]
    }
    assert len(found) == len(answer["changes"])
    return found, answer["text"]


def test_what_changed_is_told_with_before_and_after(past: Service) -> None:
    found, text = changes(past, f"?from={minute(11)}&to={minute(8)}")
    name = "shop/coder (Deployment)"
    assert found["workload", name, "pods"] == ({"Running": 2}, {"Pending": 1, "Running": 1})
    assert found["workload", name, "restarts"] == (0, 3)
    assert found["workload", name, "reasons"] == ({}, {"OOMKilled": 1})
    assert found["workload", name, "active_pods"] == (2, 1)
    assert found["queues", "agent-queue-coder", "pending_tasks"] == (0, 2)
    issue = "pod shop/coder-2 is Pending (OOMKilled)"
    assert found["issues", issue, None] == (None, issue)
    head, *lines = text.split("\n")
    assert head == f"From {minute(11)} to {minute(8)}: {len(found)} changes"
    assert f"- workload {name}: pods was 2 Running, is 1 Pending, 1 Running" in lines
    assert f"- issue new: {issue}" in lines


def test_sources_that_went_away_and_what_is_new_are_changes(past: Service) -> None:
    found, text = changes(past, f"?from={minute(8)}&to={minute(4)}")
    assert found["sources", "kubernetes", "state"] == ("ok", "unreachable")
    found, text = changes(past, f"?from={minute(18)}&to={minute(13)}")
    before, after = found["sources", "kubernetes", None]
    assert (before, after["state"]) == (None, "ok")
    assert "- source kubernetes is new: state ok" in text
    found, text = changes(past, f"?from={minute(18)}&to={minute(0)}")
    assert found["agents", "coder", "active_tasks"] == (0, 2)


def test_a_model_of_two_providers_is_two(empty: Service) -> None:
    call(empty.tables, -70)
    call(empty.tables, -20)
    call(empty.tables, -65, name="other", gen_ai__provider__name="azure")
    assert changes(empty, f"?from={minute(1)}")[0] == {}


def test_the_same_time_twice_has_no_changes(empty: Service) -> None:
    assert changes(empty, "?from=10m") == (
        {},
        f"From {minute(10)} to {minute(0)}: nothing changed.",
    )
    assert "is not before `to`" in empty.get("/api/v1/oracle/diff?from=0s", 422)["detail"]
