"""Bursts of failures: new ones, and more than usual."""

from typing import Any

from tests.clickhouse.migrations.records import error, record
from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "error_burst"


def fail(traffic: Traffic, agent: str, minutes: float, **fields: Any) -> str:
    """A failure of an agent, in a trace of its own."""
    offset = len(traffic.rows["landing_records"])
    told = {
        "error_id": f"x-{offset}",
        "error_type": "KeyError",
        "error_message": "no such thing",
        "agent_name": agent,
        "trace_id": f"{offset:032x}",
        "span_id": None,
        "timestamp": ago(minutes).replace(tzinfo=None).isoformat(),
    } | fields
    topic = "agent-telemetry-errors"
    traffic.rows["landing_records"].append(record(topic, offset, error(**told)))
    return str(told["error_id"])


def working(minutes: int = 180, every: int = 0) -> Traffic:
    """Two agents with a span a minute each; every so many minutes one fails."""
    traffic = Traffic()
    for minute in range(minutes, 0, -1):
        for agent in ("coder", "writer"):
            traffic.span(agent, minute)
        if every and minute % every == 0:
            fail(traffic, "coder", minute)
    return traffic


def test_failures_of_a_new_kind(empty: Service) -> None:
    traffic = working()
    ids = [fail(traffic, "Coder", 10 - number) for number in range(8)]
    trace = f"{7:032x}"
    told = {"trace_id": trace, "error_message": "no such thing"}
    for number, one in enumerate(ids):  # the writer passes each on, a second later
        fail(
            traffic,
            "writer",
            9.9 - number,
            **told | {"trace_id": f"{number:032x}"},
            error_id=one + "b",
        )
    traffic.store(empty, times=2)
    [found] = find(empty, KIND)
    assert (found.agents, found.figures["passed_on"]) == (["coder"], 0)
    assert (list(found.errors.first), found.errors.total) == (ids, 8)
    assert found.figures["reports"] == 16
    assert found.traces.total == 8
    assert found.severity == "medium"
    assert found.facts["news"] == "never seen in the seven days before"
    assert (found.facts["error_type"], found.facts["message"]) == ("KeyError", "no such thing")
    assert (found.first_seen, found.last_seen) == (ago(10), ago(3))
    assert find(empty, KIND, at=ago(10.5)) == []
    assert find(empty, KIND, min_failures=9) == []
    assert find(empty, KIND, min_tasks=9) == []
    assert find(empty, KIND, min_surprise=100) == []
    assert find(empty, KIND, agent="reviewer") == []


def test_the_group_can_be_looked_up(empty: Service) -> None:
    traffic = working()
    ids = {fail(traffic, "coder", 10 - number) for number in range(8)}
    traffic.store(empty)
    [found] = find(empty, KIND)
    group = found.facts["error_group"]
    listed = empty.get(f"/api/v1/errors?fingerprint={group}&at={ago(0).isoformat()[:19]}")
    assert {one["error_id"] for one in listed["errors"]} == ids


def test_few_failures_are_silent(empty: Service) -> None:
    traffic = working()
    for number in range(4):
        fail(traffic, "coder", 10 - number)
    for number in range(20):  # one task that is tried again
        fail(traffic, "coder", 12 - number / 2, error_type="OSError", trace_id="t")
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_many_tasks_of_one_trace_that_fail(empty: Service) -> None:
    traffic = working()
    traffic.span("planner", 13, 600, TraceId="t", SpanId="batch")
    for number in range(30):
        minutes, span = 12 - number / 4, f"s{number}"
        traffic.span("coder", minutes, TraceId="t", SpanId=span, ParentSpanId="batch")
        fail(traffic, "coder", minutes, trace_id="t", span_id=span)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert (found.figures["failures"], found.figures["tasks"]) == (30, 1)
    assert find(empty, KIND, many_failures=31) == []


def test_what_fails_steadily_is_silent_until_it_is_much_more(empty: Service) -> None:
    traffic = working(every=2)
    traffic.store(empty)
    assert find(empty, KIND) == []
    for number in range(30):
        fail(traffic, "coder", 10 - number / 5)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert 7 < found.figures["expected_failures"] < 9
    assert found.figures["failures_before"] == 83
    assert found.facts["news"] == "5 times as many as usual"
    assert found.severity == "high"
    assert find(empty, KIND, times_usual=6) == []


def test_a_burst_of_work_with_as_many_failures_is_silent(empty: Service) -> None:
    traffic = working(every=5)
    for number in range(300):
        traffic.span("coder", 14 - number / 30)
        if number % 8 == 0:
            fail(traffic, "coder", 14 - number / 30)
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_errors_that_come_in_bursts_are_silent_when_they_come_again(empty: Service) -> None:
    traffic = working(720)
    for hour in range(12):
        for number in range(10):
            fail(traffic, "coder", 60 * hour + 10 - number / 2)
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_a_new_agent_that_fails_now_and_then_is_silent(empty: Service) -> None:
    traffic = Traffic()
    for number in range(60):
        traffic.span("coder", 14 - number / 5)
        if number % 10 == 0:
            fail(traffic, "coder", 14 - number / 5)
    traffic.store(empty)
    assert find(empty, KIND) == []
    for number in range(20):
        fail(traffic, "coder", 10 - number / 5)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert found.facts["news"] == "its agent is new"
    assert found.confidence < 0.7


def test_failures_that_are_passed_on_name_where_they_began(empty: Service) -> None:
    traffic = working()
    for number in range(8):
        trace = f"{number:032x}"
        fail(traffic, "Coder", 10 - number, trace_id=trace)
        told = {"error_type": "SubtaskFailed", "error_message": "coder failed"}
        fail(traffic, "writer", 9.9 - number, trace_id=trace, **told)
    traffic.store(empty)
    found = {one.agent: one for one in find(empty, KIND)}
    assert {name: one.agents for name, one in found.items()} == {
        "coder": ["coder"],
        "writer": ["writer", "coder"],
    }
    assert found["writer"].figures["passed_on"] == 8


def test_the_same_error_is_new_for_another_agent(empty: Service) -> None:
    traffic = working(every=2)
    for number in range(8):
        fail(traffic, "writer", 10 - number)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert found.agent == "writer"
