"""Agents that became slow, and those that only seem so."""

from collections.abc import Callable

from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "slow_agent"


def task(traffic: Traffic, agent: str, minutes: float, seconds: float, model: float) -> None:
    """A task that took so long, with a call of a model in it and one of a tool of a second."""
    traffic.span(
        agent,
        minutes,
        seconds,
        SpanName=f"process agent-queue-{agent}",
        SpanAttributes={"messaging.message.id": f"{agent}-{minutes}"},
    )
    for kind, name, took in (("llm_call", "chat m", model), ("tool", "execute_tool t", 1.0)):
        told = {"agent_telemetry.span.kind": kind}
        traffic.span(agent, minutes, took, SpanName=name, SpanAttributes=told)


def working(model: Callable[[float, int], float]) -> Traffic:
    """A task each half minute for two hours; `model` says how long the model took for it."""
    traffic = Traffic()
    for number in range(239):
        minutes = 120 - number / 2
        # Some take twice as long by themselves.
        took = model(minutes, number) * (2 if number % 5 == 0 else 1)
        task(traffic, "coder", minutes, took + 2, took)
        task(traffic, "writer", minutes, 5, 3)
    return traffic


def test_a_model_that_became_slow(empty: Service) -> None:
    working(lambda minutes, _: 8 if minutes < 11 else 3).store(empty, times=2)
    [found] = find(empty, KIND)
    assert (found.subject, found.agents) == ("coder", ["coder"])
    assert found.facts["slow_span"] == "chat m"
    assert 85 <= found.figures["span_percent"] <= 100
    assert 4800 < found.figures["usual_p50_ms"] < 5300
    assert 9500 < found.figures["p50_ms"] < 10500
    assert found.tasks.total == found.traces.total == len(found.tasks.first)
    assert found.first_seen > ago(11)
    assert find(empty, KIND, at=ago(11)) == []
    assert find(empty, KIND, agent="writer") == []
    assert find(empty, KIND, times_usual=2.2) == []
    assert find(empty, KIND, min_tasks=40) == []
    assert find(empty, KIND, min_past=400) == []


def test_a_part_of_the_tasks_that_became_slow(empty: Service) -> None:
    working(lambda minutes, number: 60 if minutes < 14 and number % 3 == 0 else 3).store(empty)
    [found] = find(empty, KIND)
    assert found.figures["times_usual"] > 4
    assert found.figures["slow_tasks"] == len(found.traces.first)
    assert find(empty, KIND, times_usual_p95=20) == []
    assert find(empty, KIND, min_tail=0.3) == []


def test_a_few_slow_tasks_are_silent(empty: Service) -> None:
    working(lambda minutes, number: 60 if minutes < 14 and number % 10 == 0 else 3).store(empty)
    assert find(empty, KIND) == []


def test_little_past_is_no_measure(empty: Service) -> None:
    traffic = Traffic()
    for number in range(20):  # of the new ones half take longer than three of four of these
        took = 4 + number / 2
        task(traffic, "coder", 120 - number, took + 2, took)
        task(traffic, "writer", 120 - number, took + 2, took)
    for number in range(26):
        took = 17 if number % 2 == 0 or number == 1 else 8
        task(traffic, "coder", 14 - number / 2, took + 2, took)
        task(traffic, "writer", 14 - number / 2, 22, 20)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert found.subject == "writer"


def test_larger_tasks_are_not_slow_until_they_are_thrice_as_large(empty: Service) -> None:
    traffic = Traffic()
    for number in range(239):
        minutes = 120 - number / 2
        for agent, most in (("coder", 2), ("writer", 4)):
            calls = most if minutes < 14 else 1
            task(traffic, agent, minutes, 5 * calls, 5)
            for _ in range(calls - 1):
                told = {"agent_telemetry.span.kind": "llm_call"}
                traffic.span(agent, minutes, 5, SpanName="chat m", SpanAttributes=told)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert found.subject == "writer"
    assert find(empty, KIND, times_more_calls=4.5) == []
    assert len(find(empty, KIND, times_more_calls=1.5)) == 2
    assert len(find(empty, KIND, times_usual_call=0.9)) == 2


def test_an_agent_that_waits_for_another_is_not_slow(empty: Service) -> None:
    traffic = Traffic()
    for number in range(239):
        minutes = 120 - number / 2
        task(traffic, "planner", minutes, 60 if minutes < 14 else 5, 3)
    told = {"agent_telemetry.span.kind": "handoff"}
    for minutes in (100, 10):
        traffic.span("planner", minutes, 0.1, SpanName="send x", SpanAttributes=told)
    traffic.store(empty)
    assert find(empty, KIND) == []
    assert len(find(empty, KIND, min_part=0, times_usual_call=0)) == 1


def test_time_in_none_of_its_spans_is_told(empty: Service) -> None:
    traffic = Traffic()
    for number in range(239):
        minutes = 120 - number / 2
        task(traffic, "coder", minutes, 60 if minutes < 14 else 5, 3)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert found.facts["why"] == "the time is in none of its other spans"
    assert "span_ms" not in found.figures
    assert found.severity == "high"


def test_a_new_agent_is_not_slow(empty: Service) -> None:
    traffic = Traffic()
    for number in range(28):
        task(traffic, "coder", 14 - number / 2, 5 + number, 3 + number)
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_an_agent_without_spans_by_its_answers(empty: Service) -> None:
    traffic = Traffic()
    for minute in range(120, 1, -1):
        takes = 0.9 if minute < 14 else 0.2
        traffic.handoff("planner", "coder", minute, takes)
        # This one gets ten at once, and answers them one after the other as fast as ever.
        if minute == 12:
            for number in range(10):
                traffic.handoff("planner", "writer", minute, 0.2 * (number + 1))
        else:
            traffic.handoff("planner", "writer", minute, 0.2)
    traffic.store(empty, times=2)
    [found] = find(empty, KIND)
    assert found.subject == "coder"
    assert (found.tasks.total, found.traces.total) == (12, 0)
    assert found.facts["span"] == "task until its answer"
    assert 52_000 < found.figures["p50_ms"] < 56_000


def test_an_agent_that_became_slow_in_a_part_of_a_long_window(empty: Service) -> None:
    working(lambda minutes, _: 8 if minutes < 11 else 3).store(empty)
    [found] = find(empty, KIND, minutes=60)
    assert 1.8 < found.figures["times_usual"] < 2.2
    assert found.first_seen > ago(11)
