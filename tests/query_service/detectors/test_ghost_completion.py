"""Results that nobody worked for."""

from typing import Any

import pytest

from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "ghost_completion"


def work(
    traffic: Traffic,
    agent: str,
    minutes: float,
    seconds: float = 20,
    calls: str = "llm_call",
    waits: float = 0,
    signs: bool = True,
    same_trace: bool = True,
) -> str:
    """A task that is begun after a wait, and answered after so many seconds of work."""
    begun = minutes - waits / 60
    task = traffic.message(agent, minutes, source_agent="boss")
    number = int(task.removeprefix("m-"))
    if signs:
        traffic.sign("started", task, agent, begun)
    own = f"{number if same_trace else number + 10**6:032x}"
    if signs:
        told = {"messaging.message.id": task, "agent_telemetry.span.kind": "handoff"}
        traffic.span(agent, begun, seconds, TraceId=own, SpanKind="Consumer", SpanAttributes=told)
    if calls:
        kind = {"agent_telemetry.span.kind": calls}
        traffic.span(agent, begun, seconds * 0.9, TraceId=own, SpanAttributes=kind)
    traffic.answer(task, agent, "boss", begun - seconds / 60)
    return task


def usual(traffic: Traffic, agent: str, **fields: Any) -> None:
    """Twenty tasks of the hour before, and five of the window, done as they should be."""
    for number in range(20):
        work(traffic, agent, 75 - 2 * number, **fields)
    for number in range(5):
        work(traffic, agent, 14 - number, **fields)


@pytest.fixture(scope="module")
def stored(scratch: Service, sent: dict[str, list[str]]) -> Service:
    """Many agents at once: each test looks at its own."""
    traffic = Traffic()
    for agent in ("ghost", "bare", "tools", "waited", "one", "slow", "fresh", "other-trace"):
        usual(traffic, agent, same_trace=agent != "other-trace")
    sent["ghost"] = [work(traffic, "ghost", m, 0.5, calls="") for m in (8, 7, 6)]
    usual(traffic, "models", signs=False)
    for minutes in (8, 7, 6):
        work(traffic, "models", minutes, 0.5, calls="", signs=False)
        work(traffic, "bare", minutes, 0.5, calls="", signs=False)
        work(traffic, "tools", minutes, 0.5, calls="tool")
        work(traffic, "slow", minutes, 5, calls="")
        work(traffic, "other-trace", minutes, 0.5, same_trace=False)
        work(traffic, "waited", minutes, 0.5, calls="", waits=25)
    work(traffic, "one", 8, 0.5, calls="")
    for lately in (0.4, 0.3, 0.2):
        work(traffic, "fresh", lately, 0.5, calls="")
    usual(traffic, "mute", calls="", signs=False)
    usual(traffic, "plain", calls="")
    for agent in ("mute", "plain"):
        for minutes in (8, 7, 6):
            work(traffic, agent, minutes, 0.5, calls="", signs=False)
    usual(traffic, "cache")
    for number in range(10):
        work(traffic, "cache", 74.2 - 4 * number, 0.5, calls="")
    for hit in (8.5, 6.5):
        work(traffic, "cache", hit, 0.5, calls="")
    for first in (12.2, 10.2, 8.2, 6.2):
        work(traffic, "new", first)
    for minutes in (5, 4):
        work(traffic, "new", minutes, 0.5, calls="")
    # No more spans of these: "dark" does three at once, "darker" is fast now and then.
    usual(traffic, "dark")
    usual(traffic, "darker")
    for minutes in (8, 7, 6):
        for place in range(3):
            work(traffic, "dark", minutes - place / 60, calls="", signs=False)
        work(traffic, "darker", minutes, 0.5, calls="", signs=False)
    for number in range(10):
        work(traffic, "darker", 74.2 - 4 * number, 0.5)
    traffic.store(scratch, times=2)
    return scratch


def test_results_without_work(stored: Service, sent: dict[str, list[str]]) -> None:
    [one] = find(stored, KIND, agent="ghost")
    assert one.agents == ["ghost", "boss"]
    assert one.tasks.first == sent["ghost"]
    assert one.traces.total == 3
    assert one.first_seen == ago(8)
    assert one.figures == {
        "results": 3, "answers": 8, "seconds": 0.5, "usual_seconds": 20,
        "usual_share_with_calls": 1, "results_before": 0,
    }  # fmt: skip
    assert one.severity == "medium"
    assert find(stored, KIND, agent="ghost", min_results=4) == []
    assert find(stored, KIND, agent="ghost", fraction=0.02) == []
    assert find(stored, KIND, agent="ghost", min_answers=29) == []
    assert find(stored, KIND, agent="ghost", at=ago(7.5)) == []


@pytest.mark.parametrize("agent", ["bare", "models"])
def test_without_any_span(stored: Service, agent: str) -> None:
    [one] = find(stored, KIND, agent=agent)
    assert one.figures["results"] == 3


def test_one_that_waited_in_the_queue_first(stored: Service) -> None:
    [one] = find(stored, KIND, agent="waited")
    assert one.figures["seconds"] == 0.5


@pytest.mark.parametrize(
    "agent",
    [
        pytest.param("tools", id="fast with a call"),
        pytest.param("other-trace", id="fast with a call in another trace"),
        pytest.param("slow", id="without a call in some time"),
        pytest.param("one", id="once"),
        pytest.param("fresh", id="spans may still come"),
        pytest.param("mute", id="never sends spans"),
        pytest.param("plain", id="never makes calls"),
        pytest.param("dark", id="its spans are missing"),
        pytest.param("darker", id="its spans are missing, and it is fast now and then"),
        pytest.param("cache", id="cache hits now and then"),
        pytest.param("new", id="too new to know what is usual"),
    ],
)
def test_no_ghosts(stored: Service, agent: str) -> None:
    assert find(stored, KIND, agent=agent) == []
