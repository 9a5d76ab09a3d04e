"""Traces that are torn: messages without one, and parents that never come."""

from typing import Any

from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "broken_trace_context"


def task(
    traffic: Traffic, minute: float, missing: str = "", root: bool = True, **fields: Any
) -> str:
    """A task from planner to coder in one trace; `missing` are spans that are not exported."""
    trace = f"trace-{minute}"
    message = traffic.handoff("planner", "coder", minute - 0.1, 0.4, trace_id=trace, **fields)
    spans = {
        "root": ("planner", "" if root else "elsewhere", 0.0, 60.0, "invoke_agent planner", ""),
        "send": ("planner", "root", 0.1, 0.1, "send agent-queue-coder", message),
        "process": ("coder", "send", 0.2, 20.0, "process agent-queue-coder", message),
        "invoke": ("coder", "process", 0.2, 20.0, "invoke_agent coder", ""),
        "chat": ("coder", "invoke", 0.3, 5.0, "chat m", ""),
    }
    for name, (agent, parent, after, seconds, title, of) in spans.items():
        if name != missing:
            traffic.span(
                agent, minute - after, seconds, TraceId=trace, SpanId=f"{name}-{minute}",
                ParentSpanId=f"{parent}-{minute}" if parent else "", SpanName=title,
                SpanAttributes={"messaging.message.id": of} if of else {},
            )  # fmt: skip
    return trace


def well(until: int = 2) -> Traffic:
    traffic = Traffic()
    for minute in range(40, until, -1):
        task(traffic, minute)
    return traffic


def test_messages_without_a_trace(empty: Service) -> None:
    traffic = well()
    names = [
        traffic.message("coder", 10 - number, source_agent="Planner", trace_id=None)
        for number in range(6)
    ]
    traffic.store(empty, times=2)
    [found] = find(empty, KIND)
    assert (found.subject, found.agents) == ("planner", ["planner", "coder"])
    assert (list(found.tasks.first), found.tasks.total) == (names, 6)
    assert found.figures["messages_without_trace"] == 6
    assert 16 < found.figures["messages"] < 22
    assert (found.severity, found.confidence) == ("medium", 0.9)
    assert (found.first_seen, found.last_seen) == (ago(10), ago(5))
    assert find(empty, KIND, at=ago(7)) == []
    assert find(empty, KIND, min_messages=7) == []
    assert find(empty, KIND, min_share=0.4) == []
    assert find(empty, KIND, agent="writer") == []


def test_a_traceparent_is_a_trace_and_a_system_without_traces_is_sound(empty: Service) -> None:
    traffic = Traffic()
    parent = {"traceparent": f"00-{1:032x}-{1:016x}-01"}
    for minute in range(30, 1, -1):
        traffic.message("coder", minute, parent, source_agent="planner", trace_id=None)
        traffic.span("planner", minute)
    traffic.store(empty)
    assert find(empty, KIND) == []
    traffic = Traffic()
    for minute in range(30, 1, -1):
        traffic.handoff("planner", "coder", minute, trace_id=None)
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_an_agent_that_never_had_traces_is_of_low_severity(empty: Service) -> None:
    traffic = well()
    for number in range(6):
        traffic.message("planner", 10 - number, source_agent="cron", trace_id=None)
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert (found.agent, found.severity, found.confidence) == ("cron", "low", 0.6)


def test_parents_that_never_come(empty: Service) -> None:
    traffic = well(18)
    traces = [task(traffic, minute, missing="process") for minute in (17, 14, 11, 8)]
    traffic.store(empty, times=2)
    [found] = find(empty, KIND)
    assert found.agents == ["coder"]
    assert (list(found.traces.first), found.traces.total) == (traces, 4)
    assert found.facts["why"] == "in 4 traces parents of its spans never came"
    assert find(empty, KIND, min_traces=5) == []
    assert find(empty, KIND, min_share=0.9) == []
    assert find(empty, KIND, at=ago(12)) == []


def test_the_sender_is_at_fault_where_its_span_is_missing(empty: Service) -> None:
    traffic = well(18)
    for minute in (17, 14, 11):
        task(traffic, minute, missing="send")
    traffic.store(empty)
    [found] = find(empty, KIND)
    assert found.agents == ["planner", "coder"]


def test_traces_that_run_and_such_that_began_elsewhere_are_sound(empty: Service) -> None:
    traffic = well(18)
    for minute in (8.0, 7.0, 6.0, 5.0):  # the root is not over yet: it runs, or it came just now
        task(traffic, minute, missing="root")
    for minute in (1.5, 1.4, 1.3):
        task(traffic, minute, missing="send")
    for minute in range(35, 18, -1):
        task(traffic, minute + 0.5, root=False)
    traffic.store(empty)
    assert find(empty, KIND) == []


def test_a_parent_of_long_ago_is_found(empty: Service) -> None:
    traffic = Traffic()
    traffic.span("planner", 190, 187 * 60, TraceId="long", SpanId="root")
    for number in range(12):
        traffic.span("coder", 18 - number, TraceId="long", ParentSpanId="root")
        traffic.span("coder", 18 - number, TraceId="other", ParentSpanId="")
    traffic.store(empty)
    assert find(empty, KIND, min_traces=1, min_share=0) == []
