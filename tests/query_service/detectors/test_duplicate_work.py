"""One task that is done twice, or by two."""

from typing import Any

import pytest

from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "duplicate_work"


def twice(
    traffic: Traffic,
    agent: str,
    tasks: int,
    other: str = "",
    workings: int = 2,
    kind: str = "result",
) -> list[str]:
    """So many tasks of an agent are answered twice, the second time by `other` or itself."""
    sent = []
    for number in range(tasks):
        at = 10.0 - number
        sent.append(traffic.message(agent, at, source_agent="boss"))
        for working in range(workings):
            traffic.sign("started", sent[-1], agent, at - 0.1 - working / 10)
        traffic.answer(sent[-1], agent, "boss", at - 0.3)
        traffic.answer(sent[-1], other or agent, "boss", at - 0.4, kind)
    return sent


def repeat(
    traffic: Traffic,
    agent: str,
    pairs: int,
    gap: float = 0.01,
    takes: float = 0.5,
    minutes: float = 10,
    conversation: str = "c",
    tail: str = "",
) -> list[str]:
    """The boss of an agent sends so many tasks twice, `gap` minutes apart, each done."""
    sent = []
    for number in range(pairs):
        for again in range(2):
            at = minutes - number / 4 - again * gap
            headers = {"conversation-id": f"{conversation}{agent}{number}"} if conversation else {}
            text = f"{'do ' * 80}{number}{tail * again}"
            told: dict[str, object] = {"source_agent": f"boss-{agent}", "payload": {"text": text}}
            sent.append(traffic.message(agent, at, headers, **told))
            traffic.answer(sent[-1], agent, f"boss-{agent}", at - takes)
    return sent


def past(traffic: Traffic, agent: str) -> None:
    """Twenty tasks of some hours before the window, each another one."""
    for number in range(20):
        payload = {"n": number}
        traffic.message(agent, 60 + number, source_agent=f"boss-{agent}", payload=payload)


@pytest.fixture(scope="module")
def stored(scratch: Service, sent: dict[str, list[str]]) -> Service:
    """Many agents at once: each test looks at its own."""
    traffic = Traffic()
    sent["again"] = twice(traffic, "again", 3)
    sent["shared"] = twice(traffic, "shared", 2, other="copy", workings=0)
    twice(traffic, "once", 1)
    twice(traffic, "parts", 5, workings=1)
    twice(traffic, "unseen", 5, workings=0)
    twice(traffic, "late", 5, kind="error")
    for task in (traffic.message("copied", 5, source_agent="boss") for _ in range(5)):
        traffic.answer(task, "copied", "boss", 4, message_id=f"a-{task}")
        traffic.answer(task, "copied", "boss", 4, message_id=f"a-{task}")
        for minutes in (4.8, 4.6):
            traffic.sign("started", task, "copied", minutes)
    sent["sender"] = repeat(traffic, "sender", 4)
    repeat(traffic, "traces", 3, gap=0.01, conversation="")
    repeat(traffic, "pair", 1)
    repeat(traffic, "rounds", 4, gap=0.6)
    repeat(traffic, "tails", 4, tail=" more")
    repeat(traffic, "orders", 4, gap=0.2, conversation="")
    repeat(traffic, "voter", 4)
    repeat(traffic, "voter", 20, minutes=100)
    for agent in ("sender", "traces", "pair", "rounds", "tails", "orders"):
        past(traffic, agent)
    repeat(traffic, "new", 3)
    for number in range(4):
        # Both were sent, and one of them waits still.
        told: Any = {"source_agent": "boss", "payload": {"half": number}, "trace_id": f"h{number}"}
        traffic.answer(traffic.message("half", 5, **told), "half", "boss", 4)
        traffic.message("half", 4.9, **told)
    traffic.store(scratch, times=2)
    return scratch


def test_an_agent_that_works_on_the_same_twice(stored: Service, sent: dict[str, list[str]]) -> None:
    [one] = find(stored, KIND, agent="again")
    assert one.agents == ["again", "boss"]
    assert one.tasks.first == sent["again"]
    assert one.first_seen == ago(9.7)
    assert one.figures == {"tasks_done_twice": 3, "results": 6, "workers": 1}
    assert one.facts["how"] == "the same tasks were worked on and answered twice"
    assert find(stored, KIND, agent="again", min_tasks=4) == []
    [early] = find(stored, KIND, agent="again", at=ago(8.55))
    assert early.tasks.total == 2
    assert find(stored, KIND, agent="again", at=ago(8.65)) == []


def test_two_agents_that_do_the_same(stored: Service, sent: dict[str, list[str]]) -> None:
    [one] = find(stored, KIND, agent="copy")
    assert one.agents == ["shared", "copy", "boss"]
    assert one.tasks.first == sent["shared"]
    assert one.facts["workers"] == "copy, shared"


def test_a_sender_that_sends_everything_twice(stored: Service, sent: dict[str, list[str]]) -> None:
    [one] = find(stored, KIND, agent="sender")
    assert one.subject == "boss-sender > sender"
    assert one.agents == ["boss-sender", "sender"]
    assert one.tasks.first == sent["sender"]
    assert one.figures == {"tasks_done_twice": 4, "sent": 8, "usual_repeats_share": 0}
    assert one.confidence == 0.8
    assert find(stored, KIND, agent="sender", min_tasks=5) == []
    assert find(stored, KIND, agent="sender", close_seconds=0.5) == []


def test_a_sender_that_opens_a_trace_for_each(stored: Service) -> None:
    [one] = find(stored, KIND, agent="traces")
    assert one.figures["tasks_done_twice"] == 3


def test_who_has_no_past_may_do_so_on_purpose(stored: Service) -> None:
    [one] = find(stored, KIND, agent="new")
    assert one.confidence == 0.5
    assert "usual_repeats_share" not in one.figures


@pytest.mark.parametrize(
    "agent",
    [
        pytest.param("once", id="one that was killed before its commit"),
        pytest.param("parts", id="a result in two parts"),
        pytest.param("unseen", id="two results, and nothing known of the work"),
        pytest.param("late", id="a result, then an error"),
        pytest.param("copied", id="an answer that was delivered twice"),
        pytest.param("pair", id="one task sent twice"),
        pytest.param("rounds", id="asked again when the first was done"),
        pytest.param("tails", id="that begins alike"),
        pytest.param("orders", id="the same order in another trace"),
        pytest.param("voter", id="one that always asks twice"),
        pytest.param("half", id="of which one waits still"),
    ],
)
def test_no_duplicates(stored: Service, agent: str) -> None:
    assert find(stored, KIND, agent=agent) == []
