"""Agents and tasks that burn far more tokens than ever."""

from typing import Any

from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "token_runaway"


def call(traffic: Traffic, agent: str, minutes: float, tokens: int, **fields: Any) -> None:
    attributes = {
        "agent_telemetry.span.kind": "llm_call",
        "gen_ai.request.model": "m",
        "gen_ai.usage.input_tokens": str(tokens - 100),
        "gen_ai.usage.output_tokens": "100",
    } | fields.pop("more", {})
    traffic.span(agent, minutes, 1, SpanName="chat m", SpanAttributes=attributes, **fields)


def working(minutes: int = 120) -> Traffic:
    """A task a minute of two agents, two calls each; some take three times the tokens."""
    traffic = Traffic()
    for minute in range(minutes, 0, -1):
        for agent in ("coder", "writer"):
            trace = f"{agent}-{minute}"
            traffic.span(agent, minute, 5, TraceId=trace)
            for part in (0.1, 0.2):
                tokens = 3000 if minute % 5 == 0 else 1000
                call(traffic, agent, minute - part, tokens, TraceId=trace)
    return traffic


def test_calls_that_grow(empty: Service) -> None:
    traffic = working()
    for number in range(12):
        call(traffic, "coder", 10 - number / 4, 6000, more={"gen_ai.usage.cost": "0.5"})
    traffic.store(empty, times=2)
    [found] = find(empty, KIND)
    assert (found.subject, found.agents) == ("coder", ["coder"])
    assert found.figures["usual_tokens_a_call"] == 1400
    assert found.figures["tokens_a_call"] == 6000
    assert found.figures["cost_usd"] == 6
    assert found.facts["why"] == "most of its calls take more"
    assert find(empty, KIND, at=ago(11)) == []
    assert find(empty, KIND, agent="writer") == []
    assert find(empty, KIND, times_usual=5) == []
    assert find(empty, KIND, min_tokens=80_000) == []
    assert find(empty, KIND, min_past=250) == []


def test_a_task_that_goes_on(empty: Service) -> None:
    traffic = working()
    for number in range(40):
        call(traffic, "coder", 12 - number / 4, 1000, TraceId="loop")
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert (list(found.traces.first), found.severity) == (["loop"], "high")
    assert found.figures["most_tokens_of_a_trace"] == 40_000
    assert found.figures["usual_tokens_of_a_task"] == 2800
    assert found.facts["why"] == "40 calls in one trace"
    assert (found.first_seen, found.last_seen) > (ago(12), ago(3))
    assert "cost_usd" not in found.figures
    assert find(empty, KIND, times_task=15) == []


def test_a_long_review_and_a_burst_are_silent(empty: Service) -> None:
    traffic = working()
    for number in range(12):  # six rounds
        call(traffic, "coder", 12 - number / 2, 1800, TraceId="review")
    for number in range(200):
        call(traffic, "writer", 10 - number / 40, 1000, TraceId=f"burst-{number // 2}")
    for number in range(3):
        call(traffic, "writer", 10 - number / 10, 9000)
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_a_new_agent_is_silent(empty: Service) -> None:
    traffic = working()
    for number in range(50):
        call(traffic, "planner", 12 - number / 5, 9000, TraceId="t")
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_odd_numbers_are_harmless(empty: Service) -> None:
    traffic = working()
    odd = {
        "gen_ai.usage.input_tokens": "18446744073709551615",
        "gen_ai.usage.output_tokens": "nan",
        "gen_ai.usage.cost": "inf",
    }
    for number in range(3):
        call(traffic, "coder", 10 - number, 1, more=odd, TraceId="odd")
    call(traffic, "coder", 5, 1, Timestamp="1970-01-01 00:00:00")
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert found.figures["most_tokens_of_a_trace"] == 3e12
