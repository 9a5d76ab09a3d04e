"""What comes by OTLP is told in the same words as the JSON topics."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as gen_ai

from tests.query_service.engine import Service, load, produced

START = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
KIND = "agent_telemetry.span.kind"


def _spans(found: Service, *spans: dict[str, Any]) -> None:
    """Insert OTLP spans of one second each, `at` seconds after START."""
    names = ["Timestamp", "TraceId", "SpanId", "ParentSpanId", "SpanName", "SpanKind"]
    names += ["ServiceName", "ResourceAttributes", "SpanAttributes", "Duration", "StatusCode"]
    rows = [
        [
            START + timedelta(seconds=span.get("at", 0)),
            span.get("trace", "a" * 32),
            span["id"],
            span.get("parent", ""),
            span.get("name", "work"),
            "Internal",
            "agent-x",
            {"kafka.topic": "agent-telemetry-otlp-traces", "service.version": "1.2"},
            {gen_ai.GEN_AI_AGENT_NAME: "Writer", **span.get("attributes", {})},
            span.get("seconds", 1) * 10**9 % 2**64,  # wraps, as the exporter's does
            "Error" if span.get("failed") else "Unset",
        ]
        for span in spans
    ]
    found.tables.insert("landing_traces", rows, names)


def _log(found: Service, event: str, body: str, attributes: dict[str, str]) -> None:
    names = ["Timestamp", "TraceId", "SpanId", "SeverityNumber", "ServiceName", "Body"]
    names += ["LogAttributes", "EventName"]
    row = [START, "a" * 32, "1" * 16, 17, "agent-x", body, attributes, event]
    found.tables.insert("landing_logs", [row], names)


LLM = {
    KIND: "llm_call",
    gen_ai.GEN_AI_REQUEST_MODEL: "llama",
    gen_ai.GEN_AI_PROVIDER_NAME: "ollama",
    gen_ai.GEN_AI_USAGE_INPUT_TOKENS: "10",
    gen_ai.GEN_AI_USAGE_OUTPUT_TOKENS: "5",
}
AGENT = {KIND: "agent", gen_ai.GEN_AI_USAGE_INPUT_TOKENS: "10"}
TRACE = f"/api/v1/traces/{'a' * 32}"


def test_a_trace_of_otlp_spans(empty: Service) -> None:
    _spans(
        empty,
        {"id": "1", "attributes": AGENT, "seconds": 9},
        {"id": "2", "parent": "1", "attributes": LLM, "at": 1},
        {"id": "3", "parent": "1", "attributes": {KIND: "tool"}, "at": 2, "failed": True},
    )
    trace = empty.get(TRACE)["trace"]
    assert (trace["status"], trace["total_tokens"]) == ("completed", 15)
    assert (trace["llm_call_count"], trace["tool_call_count"], trace["agent_count"]) == (1, 1, 1)
    assert (trace["root_agent_id"], trace["root_agent_name"]) == ("writer", "Writer")
    assert trace["total_duration_ms"] == 9000
    assert empty.get("/api/v1/metrics") == {
        "total_traces": 1,
        "completed_traces": 1,
        "failed_traces": 0,
        "running_traces": 0,
        "success_rate": 1,
        "total_tokens": 15,
        "total_llm_calls": 1,
        "avg_duration_ms": 9000,
        "active_spans": 0,
    }
    metrics = empty.get("/api/v1/metrics/spans")
    assert [m["metrics"]["span_id"] for m in metrics["metrics"]] == ["1", "3", "2"]
    assert metrics["metrics"][2]["metrics"]["token_usage"]["total_tokens"] == 15
    (agent,) = empty.get("/api/v1/agents")["agents"]
    assert (agent["display_name"], agent["spans"], agent["models"]) == ("Writer", 3, ["llama"])


@pytest.mark.parametrize(
    ("spans", "status"),
    [
        ([{"id": "1", "failed": True}], "failed"),
        ([{"id": "1"}, {"id": "2", "parent": "1", "failed": True}], "completed"),
        ([{"id": "2", "parent": "gone", "failed": True}], "failed"),
        ([{"id": "2", "parent": "not there yet", "at": 5000}], "running"),
        ([{"id": "2", "parent": "never came"}], "completed"),
        ([{"id": "1", "seconds": -3}], "completed"),
    ],
)
def test_the_status_of_a_trace(empty: Service, spans: list[dict[str, Any]], status: str) -> None:
    _spans(empty, *spans)
    (trace,) = empty.get("/api/v1/traces")["traces"]
    assert trace["status"] == status
    assert empty.get(f"/api/v1/traces?status={status}")["traces"] == [trace]
    others = {"running", "completed", "failed", "waiting", "cancelled"} - {status}
    assert not any(empty.get(f"/api/v1/traces?status={o}")["traces"] for o in others)
    totals = empty.get("/api/v1/metrics")
    assert totals[f"{status}_traces"] == totals["total_traces"] == 1


def test_before_its_end_a_trace_runs(empty: Service) -> None:
    _spans(empty, {"id": "1", "seconds": 10, "failed": True})
    trace = empty.get(f"{TRACE}?at=2026-11-22T11:00:05")["trace"]
    assert (trace["status"], trace["end_time"], trace["total_duration_ms"]) == (
        "running",
        None,
        None,
    )
    assert empty.get("/api/v1/metrics?at=2026-11-22T11:00:05")["active_spans"] == 1
    assert empty.get("/api/v1/metrics/spans?at=2026-11-22T11:00:05")["total"] == 0
    assert empty.get(f"{TRACE}?at=2026-11-22T11:00:10")["trace"]["status"] == "failed"
    empty.get(f"{TRACE}?at=2026-11-22T10:59:59", status=404)


def test_errors_and_events_of_the_sdk(empty: Service) -> None:
    body = (
        '{"error_id":"e1","error_type":"ValueError","error_message":"odd","suggested_fixes":["x"]}'
    )
    own = {"agent_telemetry.error.id": "e1", gen_ai.GEN_AI_AGENT_NAME: "Writer"}
    _log(empty, "exception", body, own | {"exception.type": "ValueError"})
    claimed = {"agent_telemetry.event.id": "c1", "messaging.message.id": "m1"}
    _log(empty, "agent_telemetry.task.claimed", "", claimed)
    error = empty.get("/api/v1/errors/e1")["error"]
    assert (error["suggested_fixes"], error["trace_id"]) == (["x"], "a" * 32)
    assert error["timestamp"] == "2026-11-22T11:00:00"
    shown = empty.get("/api/v1/events?event_type=agent_telemetry.task.claimed")
    assert shown["total"] == 1
    assert shown["events"][0]["data"]["messaging.message.id"] == "m1"


def test_a_task_is_a_handoff_and_an_edge_with_real_ids(empty: Service) -> None:
    task = {"message_id": "m1", "message_type": "task", "timestamp": "2026-11-22T11:00:00"}
    names = {"source_agent": "Writer", "target_agent": "Code Helper", "trace_id": "a" * 32}
    load(empty.tables, [produced("agent-queue-code-helper", 0, **task, **names)])
    _spans(empty, {"id": "1"})
    graph = empty.get(f"{TRACE}/graph")
    assert [node["id"] for node in graph["nodes"]] == ["writer", "code-helper"]
    assert (graph["edges"][0]["source"], graph["edges"][0]["target"]) == ("writer", "code-helper")
    queue = empty.get("/api/v1/queues/CODE%20HELPER")
    assert (queue["queue_topic"], queue["pending_tasks"]) == ("agent-queue-code-helper", 1)
