"""Agents that wait for each other's answer."""

from functools import partial

import pytest

from query_service.diagnose.finding import Finding
from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "wait_cycle"
BEGAN = 10.0
"""All circles began then."""


def task(
    traffic: Traffic, name: str, source: str, agent: str, second: float, cause: str = ""
) -> None:
    """A task sent so many seconds after BEGAN."""
    headers = {"cause-message-id": cause}
    minutes = BEGAN - second / 60
    traffic.message(agent, minutes, headers, source_agent=source, message_id=name)


def started(traffic: Traffic, name: str, agent: str, second: float) -> None:
    traffic.sign("started", name, agent, BEGAN - second / 60)


def circle(traffic: Traffic, name: str, length: int) -> None:
    """The first of <name>1, <name>2, … gets a task and asks the second, …, the last the first."""
    agents = [f"{name}{number + 1}" for number in range(length)]
    steps = zip(("user", *agents), (*agents, agents[0]), strict=True)
    for number, (source, agent) in enumerate(steps):
        cause = f"{name}-{number - 1}" if number else ""
        task(traffic, f"{name}-{number}", source, agent, number, cause)
    for number, agent in enumerate(agents):
        started(traffic, f"{name}-{number}", agent, number + 0.5)


def odd(traffic: Traffic) -> None:
    task(traffic, "", "", "odd1", 0)
    task(traffic, "self", "odd1", "odd1", 0, "self")
    task(traffic, "p", "odd1", "odd2", 0, "q")
    task(traffic, "q", "odd2", "odd1", 0, "p")
    year = 365 * 24 * 3600.0
    task(traffic, "far", "odd1", "odd2", 7000 * year)
    task(traffic, "old", "odd2", "odd1", -56 * year, "far")


@pytest.fixture(scope="module")
def stored(scratch: Service) -> Service:
    """Many agents at once: each test looks at its own."""
    traffic = Traffic()
    for length in (2, 3, 5, 6):
        circle(traffic, f"ring{length}-", length)
    for name in ("answered", "going-on", "worked-on", "aside", "slow"):
        circle(traffic, name, 2)
    traffic.answer("answered-2", "answered1", "answered2", BEGAN - 100 / 60)
    task(traffic, "later", "user", "going-on1", 10)
    started(traffic, "later", "going-on1", 20)
    started(traffic, "worked-on-2", "worked-on1", 10)
    started(traffic, "aside-2", "aside1", 10)
    traffic.sign("done", "aside-2", "aside1", BEGAN - 100 / 60)
    for _ in range(20):
        traffic.handoff("user", "slow1", 40, takes=200 / 60)
    # Each works on a task of somebody else, and asks the next.
    for names in (("each1", "each2"), ("three1", "three2", "three3")):
        for one in names:
            task(traffic, one, "user", one, 0)
            started(traffic, one, one, 1)
        for one, other in zip(names, (*names[1:], names[0]), strict=True):
            task(traffic, f"{one}-asks", one, other, 2, one)
    for one in ("free1", "free2"):
        task(traffic, one, "user", one, 0)
    for one, other in (("free1", "free2"), ("free2", "free1")):
        task(traffic, f"{one}-asks", one, other, 2, one)
    for number in range(3):
        task(traffic, f"left-{number}", "busy2", "busy1", 0)
        task(traffic, f"right-{number}", "busy1", "busy2", 0)
    started(traffic, "left-0", "busy1", 1)
    started(traffic, "right-0", "busy2", 1)
    task(traffic, "asks", "busy1", "other", 2, "left-0")
    task(traffic, "part", "user", "alone", 0)
    task(traffic, "rest", "alone", "alone", 1, "part")
    odd(traffic)
    traffic.store(scratch, times=2)
    return scratch


def found(stored: Service, agent: str, second: float = 400, **thresholds: float) -> list[Finding]:
    return find(stored, KIND, at=ago(BEGAN - second / 60), agent=agent, **thresholds)


@pytest.mark.parametrize("length", [2, 3, 5])
def test_a_question_that_comes_back_to_who_waits(stored: Service, length: int) -> None:
    name = f"ring{length}-"
    agents = [f"{name}{number + 1}" for number in range(length)]
    at = partial(found, stored, agents[0])
    [one] = at()
    assert one.agents == agents
    assert one.tasks.first == [f"{name}-{number}" for number in range(length + 1)]
    assert one.tasks.total == one.traces.total == length + 1
    assert one.figures == {
        "waiting_seconds": 400 - length,
        "agents": length,
        "cycles": 1,
        "open_tasks": length + 1,
    }
    assert one.facts["cycle"] == " > ".join([*agents, agents[0]])
    assert at(0.5) == at(length + 59) == at(length + 61, min_waiting=62) == []
    [early] = at(length + 61)
    assert early.subject == one.subject


def test_two_that_ask_each_other_for_tasks_of_others(stored: Service) -> None:
    [one] = found(stored, "each1")
    assert one.agents == ["each1", "each2"]
    assert one.tasks.first == ["each1", "each1-asks", "each2", "each2-asks"]


def test_three_in_a_ring(stored: Service) -> None:
    [one] = found(stored, "three3")
    assert one.agents == ["three1", "three2", "three3"]
    assert one.tasks.total == 6


def test_an_answer_opens_the_circle(stored: Service) -> None:
    assert found(stored, "answered1", 99)
    assert found(stored, "answered1", 101) == []


def test_a_question_that_was_put_aside_unanswered(stored: Service) -> None:
    assert found(stored, "aside1", 100 + 59) == []
    [one] = found(stored, "aside1", 100 + 61)
    assert one.agents == ["aside1", "aside2"]


@pytest.mark.parametrize(
    "agent",
    [
        pytest.param("going-on1", id="reads on, and will come to the question"),
        pytest.param("worked-on1", id="works on the question"),
        pytest.param("busy1", id="has a queue, and asks somebody else"),
        pytest.param("free1", id="asked for a task that it does not work on"),
        pytest.param("alone", id="hands itself the rest of a task"),
        pytest.param("ring6-1", id="too many to be sure"),
        pytest.param("odd1", id="makes no sense"),
    ],
)
def test_no_circle(stored: Service, agent: str) -> None:
    assert found(stored, agent) == []


def test_a_queue_whose_answers_take_long(stored: Service) -> None:
    assert found(stored, "slow1", 402 - 5) == []
    [one] = found(stored, "slow1", 402 + 5)
    assert one.figures["usual_p95_seconds"] == 200
    assert found(stored, "slow1", 402 + 5, times_usual=2.1) == []


def test_thousands_that_were_forgotten_hide_no_cycle_of_now(empty: Service) -> None:
    traffic = Traffic()
    for number in range(1_600):
        name = f"forgotten-{number}"
        traffic.message("old1", 3_000, source_agent="user", message_id=name)
        traffic.message(
            "old2", 2_999, {"cause-message-id": name}, source_agent="old1", message_id=f"{name}-of"
        )
    circle(traffic, "now", 2)
    traffic.store(empty)
    assert [one.agents for one in find(empty, KIND, agent="now1")] == [["now1", "now2"]]
