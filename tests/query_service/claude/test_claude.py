"""What models are told, of a system where an agent has died."""

import pytest

from query_service.claude.budget import tokens
from tests.query_service.detectors.traffic import Traffic
from tests.query_service.engine import Service, service

Json = dict[str, object]


@pytest.fixture(scope="module")
def broken(embedded_clickhouse: str) -> Service:
    """Coder takes no task since ten minutes; one of its calls was slow and one failed."""
    made, traffic, committed = service(embedded_clickhouse), Traffic(), 0
    for minute in range(60, 0, -1):
        if minute > 10:
            traffic.handoff("planner", "coder", minute + 0.5, 0.3)
            committed = traffic.sent["agent-queue-coder"]
        else:
            traffic.message("coder", minute + 0.5, source_agent="planner", ttl_seconds=120)
        end = traffic.sent["agent-queue-coder"]
        traffic.queue("coder", minute, end, committed, int(minute > 10))
    trace = "c" * 32
    kind = {"agent_telemetry.span.kind": "llm_call", "gen_ai.request.model": "gpt-5"}
    traffic.span("coder", 14, 9, TraceId=trace, SpanId="a" * 16, StatusCode="Error")
    traffic.span(
        "coder", 14, 8, TraceId=trace, SpanId="b" * 16, ParentSpanId="a" * 16,
        SpanName="chat gpt-5", SpanAttributes=kind,
    )  # fmt: skip
    traffic.store(made)
    return made


def test_the_root_is_first_and_its_consequences_name_it(broken: Service) -> None:
    answer = broken.get("/api/v1/claude/diagnose")
    root, *below = answer["issues"]["items"]
    assert (root["kind"], root["agents"][0]) == ("agent_not_consuming", "coder")
    assert root["consequences"] == len([one for one in below if one["caused_by"] == root["id"]]) > 0
    assert answer["metadata"]["system_status"] == "critical"
    assert answer["metadata"]["failed_detectors"] == {}
    assert answer["suggested_actions"][0]["related_issue_id"] == root["id"]
    assert "coder" in answer["system_summary"]


def test_it_is_of_a_time(broken: Service) -> None:
    answer = broken.get("/api/v1/claude/diagnose?at=12m")
    assert answer["issues"]["items"] == []
    assert answer["metadata"]["system_status"] == "healthy"


def test_only_what_concerns_an_agent(broken: Service) -> None:
    assert broken.get("/api/v1/claude/diagnose?agent=writer")["issues"]["items"] == []
    asked = broken.get("/api/v1/claude/diagnose?agent=Planner")["issues"]["items"]
    assert asked[0]["kind"] == "agent_not_consuming"


def test_the_worst_are_told_and_the_others_counted(broken: Service) -> None:
    every = broken.get("/api/v1/claude/diagnose")["issues"]
    worst = broken.get("/api/v1/claude/diagnose?limit=1")["issues"]
    assert [one["id"] for one in worst["items"]] == [every["items"][0]["id"]]
    assert worst["omitted"] == len(every["items"]) - 1 > 0
    assert worst["counts"] == every["counts"]


def test_figures_of_the_window(broken: Service) -> None:
    figures = broken.get("/api/v1/claude/diagnose")["performance"]
    assert (figures["total_traces"], figures["failed_traces"]) == (1, 1)
    assert figures["latency"]["max_ms"] == 9000
    narrow = broken.get("/api/v1/claude/diagnose?time_window_minutes=5")["performance"]
    assert (narrow["total_traces"], narrow["success_rate"]) == (0, None)


@pytest.mark.parametrize("form", ["prompt", "markdown"])
def test_a_text_has_the_proof_and_stays_within_its_tokens(broken: Service, form: str) -> None:
    path = f"/api/v1/claude/diagnose?format={form}"
    answer = broken.get(path)
    assert answer["system_status"] == "critical"
    text = answer["content"]
    assert "nobody is in its consumer group any more" in text
    assert "SELECT" in text and "$ curl" in text and "Consequences:" in text
    assert tokens(text) <= 4000
    short = broken.get(f"{path}&max_tokens=500")["content"]
    assert tokens(short) <= 500
    assert "Left out or shortened" in short and "(agent_not_consuming)" in short
    assert "(&agent= for one).\n" in f"{short}\n"
    past = broken.get(f"{path}&max_tokens=500&at=2026-11-22T12:29:00")["content"]
    assert "&at=2026-11-22T12%3A29%3A00" in past


def test_a_summary(broken: Service) -> None:
    answer = broken.get("/api/v1/claude/diagnose?format=summary")
    assert answer["issue_counts"]["critical"] == 1
    assert len(answer["suggested_actions"]) <= 3


def test_a_slow_trace_and_what_its_time_went_into(broken: Service) -> None:
    [one] = broken.get("/api/v1/claude/slow-traces")["traces"]
    assert one["slowest_span"]["name"] == "chat gpt-5"
    assert (one["slowest_span"]["own_ms"], one["duration_ms"]) == (8000, 9000)
    assert "The call of model gpt-5 by coder took 8,000 ms" in one["bottleneck_analysis"]
    assert broken.get("/api/v1/claude/slow-traces?threshold_ms=9001")["count"] == 0
    context = broken.get(f"/api/v1/claude/context/{one['trace_id']}")
    assert context["bottleneck"]["span_id"] == "b" * 16
    assert context["is_slow"] and context["has_errors"]
    broken.get("/api/v1/claude/context/unknown", 404)


def test_what_to_do(broken: Service) -> None:
    answer = broken.get("/api/v1/claude/actions?limit=1")
    assert (answer["total_actions"], answer["system_status"]) == (1, "critical")
    assert "coder" in answer["actions"][0]["action"]


def test_errors_of_a_time_that_is_told_as_so_long_ago(broken: Service) -> None:
    now = broken.get("/api/v1/claude/errors?include_raw_errors=true")
    past = broken.get("/api/v1/claude/errors?include_raw_errors=true&at=1m")
    assert now["errors"] == past["errors"]
