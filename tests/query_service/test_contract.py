"""A client of the earlier system works unchanged: its recorded traffic, its endpoints."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.query_service.engine import Service, load, recorded

EXAMPLES = Path(__file__).parents[1] / "data/rest-examples"
RECORDS = recorded()
VALUES = [(r["topic"], json.loads(r["value"])) for r in RECORDS]
ERROR_ID = next(v["error_id"] for t, v in VALUES if t == "agent-telemetry-errors")
TRACE_ID = next(v["trace_id"] for t, v in VALUES if t == "agent-telemetry-traces")
ERROR_TRACE = next(v["trace_id"] for t, v in VALUES if t == "agent-telemetry-errors")

PATHS = {
    "health": "/health",
    "queues": "/api/v1/queues",
    "queues_agent": "/api/v1/queues/researcher?limit=2",
    "queues_agent_pending": "/api/v1/queues/researcher/pending",
    "errors": "/api/v1/errors?limit=2",
    "errors_agent": "/api/v1/errors/agent/Researcher?limit=1",
    "errors_id": f"/api/v1/errors/{ERROR_ID}",
    "errors_summary": "/api/v1/errors/summary",
    "metrics": "/api/v1/metrics",
    "metrics_spans": "/api/v1/metrics/spans?limit=2",
    "traces": "/api/v1/traces?limit=1",
    "traces_id": f"/api/v1/traces/{TRACE_ID}",
    "traces_id_spans": f"/api/v1/traces/{TRACE_ID}/spans",
    "traces_id_timeline": f"/api/v1/traces/{TRACE_ID}/timeline",
    "traces_id_graph": f"/api/v1/traces/{TRACE_ID}/graph",
    "traces_id_errors": f"/api/v1/traces/{ERROR_TRACE}/errors",
    "claude_diagnose": "/api/v1/claude/diagnose?time_window_minutes=60",
    "claude_errors": "/api/v1/claude/errors?limit=2",
    "claude_slow_traces": "/api/v1/claude/slow-traces?threshold_ms=1000",
    "claude_actions": "/api/v1/claude/actions",
    "claude_context": f"/api/v1/claude/context/{TRACE_ID}",
    "claude_rate_limits": "/api/v1/claude/rate-limits",
}
# Objects whose keys are data, not fields.
FREE = {
    *("payload", "context", "data", "input_data", "output_data", "attributes", "metadata"),
    *("tool_parameters", "by_severity", "by_category", "by_agent", "input_parameters", "metrics"),
}


def _kind(value: Any) -> str:
    return (
        "number"
        if isinstance(value, int | float) and not isinstance(value, bool)
        else (type(value).__name__)
    )


def assert_like(ours: Any, example: Any, where: str) -> None:
    """Every field of the example is in ours, with the same type where both have a value."""
    if ours is None or example is None:
        return
    assert _kind(ours) == _kind(example), where
    if isinstance(example, dict) and where.rpartition(".")[2] not in FREE:
        assert ours.keys() >= example.keys(), where
        for key, value in example.items():
            assert_like(ours[key], value, f"{where}.{key}")
    elif isinstance(example, list):
        records = [item for item in example if isinstance(item, dict)]
        for item in ours if records else []:
            alike = next((r for r in records if r.get("type") == item.get("type")), None)
            if alike:
                assert_like(item, alike, f"{where}[]")


@pytest.mark.parametrize("name", PATHS)
def test_fields_and_types_are_those_of_the_earlier_system(earlier: Service, name: str) -> None:
    example = json.loads((EXAMPLES / f"{name}.json").read_text())[0]["response"]
    assert_like(earlier.get(PATHS[name]), example["body"], name)


def _subset(record: dict[str, Any], shown: dict[str, Any]) -> bool:
    return all(shown.get(key) == value for key, value in record.items())


def _of(topic: str) -> list[dict[str, Any]]:
    return [value for name, value in VALUES if name == topic]


def test_every_message_comes_back_as_it_was_sent(earlier: Service) -> None:
    for topic in {t for t, _ in VALUES if t.startswith("agent-queue-")}:
        answer = earlier.get(f"/api/v1/queues/{topic.removeprefix('agent-queue-')}?limit=500")
        shown = {message["message_id"]: message for message in answer["messages"]}
        assert answer["total_messages"] == len(shown) == len(_of(topic))
        assert all(_subset(sent, shown[sent["message_id"]]) for sent in _of(topic))


def test_every_event_metric_and_handoff_comes_back_as_it_was_sent(earlier: Service) -> None:
    events = earlier.get("/api/v1/events?limit=1000")["events"]
    assert all(sent in events for sent in _of("agent-telemetry-events"))
    metrics = earlier.get("/api/v1/metrics/spans?limit=1000")["metrics"]
    assert all(sent in metrics for sent in _of("agent-telemetry-metrics"))
    handoffs = earlier.get("/api/v1/handoffs?limit=1000")["handoffs"]
    for sent in _of("agent-telemetry-handoffs"):
        assert any(_subset(sent, shown) for shown in handoffs)


def test_every_error_comes_back_as_it_was_sent_with_its_failure(earlier: Service) -> None:
    for sent in _of("agent-telemetry-errors"):
        shown = earlier.get(f"/api/v1/errors/{sent['error_id']}")["error"]
        assert _subset(sent, shown)
        assert sent["error_id"] in shown["report_ids"]
    total = earlier.get("/api/v1/errors")
    assert total["total_reports"] == len(_of("agent-telemetry-errors")) > total["total"]


def test_every_trace_comes_back_with_its_last_spans(earlier: Service) -> None:
    found = earlier.get("/api/v1/traces?limit=1000&spans=100")["traces"]
    traces = {trace["trace_id"]: trace for trace in found}
    filled = {"root_agent_id", "root_agent_name", "handoffs"}
    for sent in _of("agent-telemetry-traces"):
        shown = traces[sent["trace_id"]]
        assert _subset({k: v for k, v in sent.items() if k not in filled}, shown)
        assert shown["root_agent_name"]
        assert all(handoff in shown["handoffs"] for handoff in sent["handoffs"])


def test_pending_counts_tasks_without_an_answer(earlier: Service) -> None:
    messages = [v for t, v in VALUES if t.startswith("agent-queue-")]
    answered = {m["parent_message_id"] for m in messages if m["message_type"] != "task"}
    open_ids = {
        m["message_id"]
        for m in messages
        if m["message_type"] == "task" and m["message_id"] not in answered
    }
    queues = earlier.get("/api/v1/queues")
    assert queues["total_messages"] == len(messages)
    assert {t["message_id"] for q in queues["queues"] for t in q["pending"]} == open_ids
    assert {t["state"] for q in queues["queues"] for t in q["pending"]} == {"unknown", "expired"}
    at_now = earlier.get("/api/v1/queues?at=2026-11-22T12:30:00")
    assert at_now == queues


AT = ("2026-11-22T11:51:55.3", "2026-11-22T12:30:00")


def _answers(found: Service, at: str) -> dict[str, Any]:
    paths = [path for name, path in PATHS.items() if name != "health"]
    paths += ["/api/v1/agents", "/api/v1/events", "/api/v1/handoffs"]
    shown = {}
    for path in paths:
        response = found.web.get(f"{path}{'&' if '?' in path else '?'}at={at}")
        assert response.status_code in (200, 404), response.text
        # A cursor holds when its page was asked for.
        shown[path] = {k: v for k, v in (response.json or {}).items() if k != "next_cursor"}
    return shown


def test_answers_are_the_same_when_everything_comes_twice(empty: Service) -> None:
    load(empty.tables, RECORDS)
    before = {at: _answers(empty, at) for at in AT}
    moved = [
        r | {"offset": r["offset"] + 1} for r in reversed(RECORDS) if "queue" not in r["topic"]
    ]
    load(empty.tables, [r for r in reversed(RECORDS) if "queue" in r["topic"]])
    load(empty.tables, moved)
    assert {at: _answers(empty, at) for at in AT} == before


def test_a_past_answer_knows_nothing_of_what_came_later(earlier: Service) -> None:
    at = "2026-11-22T11:51:00"
    for value in earlier.get(f"/api/v1/events?limit=1000&at={at}")["events"]:
        assert value["timestamp"] <= at
    for trace in earlier.get(f"/api/v1/traces?limit=1000&at={at}")["traces"]:
        assert trace["start_time"] <= at
        assert all(s["end_time"] is None or s["end_time"] <= at for s in trace["spans"])
