"""Answers do not depend on whether the observer has worked out what came."""

from datetime import timedelta
from typing import Any

import pytest

from query_service.observer import horizon
from query_service.observer.traces import TracesJob
from query_service.routes.context import Context
from tests.query_service.engine import Service, load, recorded

PATHS = (
    "/api/v1/traces",
    "/api/v1/traces?spans=100&sort=duration",
    "/api/v1/traces?status=failed",
    "/api/v1/traces?agent_name=researcher&min_duration_ms=100&error=false",
    "/api/v1/traces?text=SAMPLE&since=2026-11-22T11:51:00&until=2026-11-22T11:52:00",
    "/api/v1/metrics",
    "/api/v1/metrics/spans?since=2026-11-22T11:00:00",
    "/api/v1/metrics/spans?agent_name=writer&since=2026-11-22T11:02:30&step=1h",
    "/api/v1/metrics/spans?since=2026-11-22T10:00:00&until=2026-11-22T13:00:00&step=5m",
)
MOMENTS = ("", "2026-11-22T11:51:20.25")


def answers(service: Service) -> dict[str, Any]:
    """Every path at every moment, without cursors: they hold when they were made."""
    found = {}
    for path in PATHS:
        for at in MOMENTS:
            asked = f"{path}{'&' if '?' in path else '?'}at={at}" if at else path
            answer = service.get(asked)
            found[asked] = {k: v for k, v in answer.items() if k != "next_cursor"}
    for trace in found["/api/v1/traces"]["traces"][:3]:
        path = f"/api/v1/traces/{trace['trace_id']}"
        found |= {path: service.get(path)}
    return found


def test_answers_are_the_same_before_and_after_the_observer(
    empty: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(horizon, "MARGIN", timedelta())
    context: Context = empty.web.application.extensions["agent_telemetry"]
    sent = recorded()
    load(empty.tables, sent[: len(sent) // 2])
    TracesJob(context.database).run()
    load(empty.tables, sent[len(sent) // 3 :])
    before = answers(empty)
    assert before["/api/v1/metrics"]["total_traces"] == len(before["/api/v1/traces"]["traces"]) > 0
    TracesJob(context.database).run()
    assert answers(empty) == before
    assert empty.tables.query("SELECT count() FROM trace_summaries").result_rows[0][0] > 0


def test_pages_of_traces_show_each_once(empty: Service) -> None:
    load(empty.tables, recorded())
    whole = [t["trace_id"] for t in empty.get("/api/v1/traces?limit=1000")["traces"]]
    seen: list[str] = []
    cursor = ""
    while True:
        page = empty.get(f"/api/v1/traces?limit=15{cursor}")
        seen += [t["trace_id"] for t in page["traces"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == whole


def test_pages_of_span_metrics_show_each_once(empty: Service) -> None:
    load(empty.tables, recorded())
    whole = empty.get("/api/v1/metrics/spans?limit=1000")
    seen: list[Any] = []
    cursor = ""
    while True:
        page = empty.get(f"/api/v1/metrics/spans?limit=15{cursor}")
        seen += page["metrics"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == whole["metrics"]
    assert len(seen) == whole["total"]
