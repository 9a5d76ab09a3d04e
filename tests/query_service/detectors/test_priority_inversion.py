"""What is urgent waits behind what is not."""

import pytest

from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "priority_inversion"


def task(traffic: Traffic, agent: str, minutes: float, priority: str, until: float | None) -> str:
    """A task that is begun ten seconds before it is answered; one without an end waits."""
    sent = traffic.message(agent, minutes, source_agent="boss", priority=priority)
    if until is not None:
        traffic.sign("started", sent, agent, until + 1 / 6)
        traffic.answer(sent, agent, "boss", until)
    return sent


def usual(traffic: Traffic, agent: str, seconds: float = 15) -> None:
    """An hour of the past, each answered in some seconds."""
    for number in range(30):
        minutes = 100 - 2.0 * number
        task(traffic, agent, minutes, "normal", minutes - seconds / 60)


def behind(
    traffic: Traffic,
    agent: str,
    others: list[str],
    priority: str = "critical",
    wait: bool = False,
    every: float = 0.25,
) -> str:
    """Many come ten minutes ago, then an urgent one; all are done in their order, or some wait."""
    for number, other in enumerate(others):
        end = 9.5 - number * every
        task(traffic, agent, 10, other, None if wait and number > 2 else end)
    return task(traffic, agent, 9.8, priority, None if wait else 9.5 - len(others) * every)


@pytest.fixture(scope="module")
def sent() -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def stored(scratch: Service, sent: dict[str, str]) -> Service:
    """Many queues at once: each test looks at its own."""
    traffic = Traffic()
    low = ["low"] * 12
    agents = (
        "done",
        "open",
        "high",
        "mixed",
        "short",
        "few",
        "equal",
        "overtaken",
        "dead",
        "long",
        "lost",
    )
    for agent in agents:
        usual(traffic, agent)
    usual(traffic, "used", seconds=100)
    sent["done"] = behind(traffic, "done", low)
    sent["open"] = behind(traffic, "open", low, wait=True)
    behind(traffic, "high", low, "high")
    behind(traffic, "used", low)
    behind(traffic, "unknown", low)
    behind(traffic, "mixed", ["low", "normal", "normal", "high"] * 5)
    behind(traffic, "short", low, every=0.02)
    behind(traffic, "few", ["low"] * 4, every=0.9)
    behind(traffic, "equal", ["critical"] * 12)
    for _ in range(12):
        task(traffic, "dead", 10, "low", None)
    task(traffic, "dead", 9.8, "critical", None)
    # What comes later is begun before it; the other one is lost.
    sent["overtaken"] = task(traffic, "overtaken", 10, "high", 1)
    task(traffic, "lost", 10, "high", None)
    # It takes long, and is worked on all the time.
    slow = traffic.message("long", 10, source_agent="boss", priority="high")
    traffic.sign("started", slow, "long", 9.9)
    traffic.answer(slow, "long", "boss", 1)
    for number in range(8):
        task(traffic, "overtaken", 9.5 - number, "normal", 9.2 - number)
        task(traffic, "long", 9.5 - number, "normal", 9.2 - number)
        task(traffic, "lost", 9.5 - number, "normal", 9.2 - number)
    traffic.store(scratch, times=2)
    return scratch


def test_a_critical_one_after_many_that_could_wait(stored: Service, sent: dict[str, str]) -> None:
    [one] = find(stored, KIND, agent="done")
    assert one.agents == ["done", "boss"]
    assert one.severity == "high"
    assert one.tasks.first == [sent["done"]]
    assert one.traces.total == 1
    assert one.first_seen == ago(9.8)
    assert one.figures == {
        "urgent_tasks": 1, "waiting_seconds": pytest.approx(188), "still_waiting": 0,
        "usual_p95_seconds": 15, "low_first": 12, "low_ahead": 0, "overtaken_by": 0,
    }  # fmt: skip
    assert find(stored, KIND, agent="done", min_lower=13) == []
    assert find(stored, KIND, agent="done", min_waiting=189) == []
    assert find(stored, KIND, agent="done", times_usual=13) == []
    assert find(stored, KIND, agent="done", at=ago(9.7)) == []


def test_one_that_still_waits(stored: Service, sent: dict[str, str]) -> None:
    [one] = find(stored, KIND, agent="open")
    assert one.tasks.first == [sent["open"]]
    assert one.figures["still_waiting"] == 1
    assert (one.figures["low_first"], one.figures["low_ahead"]) == (3, 9)


def test_one_that_others_overtake(stored: Service, sent: dict[str, str]) -> None:
    [one] = find(stored, KIND, agent="overtaken")
    assert one.tasks.first == [sent["overtaken"]]
    assert one.figures["overtaken_by"] == 8


def test_high_is_less_than_critical(stored: Service) -> None:
    [one] = find(stored, KIND, agent="high")
    assert (one.severity, one.facts["priority"]) == ("medium", "high")


def test_a_queue_without_a_past(stored: Service) -> None:
    [one] = find(stored, KIND, agent="unknown")
    assert one.confidence < 0.8
    assert "usual_p95_seconds" not in one.figures


@pytest.mark.parametrize(
    "agent",
    [
        pytest.param("used", id="waits no longer than usual"),
        pytest.param("mixed", id="a burst of everything"),
        pytest.param("short", id="it soon comes to it"),
        pytest.param("few", id="four before it"),
        pytest.param("equal", id="as urgent as the others"),
        pytest.param("dead", id="nobody works on anything"),
        pytest.param("lost", id="never begun, while all others are"),
        pytest.param("long", id="takes long itself"),
    ],
)
def test_no_inversion(stored: Service, agent: str) -> None:
    assert find(stored, KIND, agent=agent) == []
