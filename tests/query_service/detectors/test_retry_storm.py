"""The same work is sent again and again."""

import pytest

from tests.query_service.detectors.traffic import ODD_PAYLOADS, Traffic, ago, find
from tests.query_service.engine import Service

KIND = "retry_storm"


def retries(
    traffic: Traffic,
    agent: str,
    times: int,
    answer: str = "error",
    minutes: float = 10,
    has_attempts: bool = True,
    payload: object = None,
    conversation: str = "c",
    pause: float = 0.1,
) -> list[str]:
    """`boss-<agent>` sends the agent the same work so often, `pause` minutes apart."""
    sent = []
    boss = f"boss-{agent}"
    for number in range(times):
        headers = {"attempt": str(number + 1)} if has_attempts else {}
        if conversation:
            headers["conversation-id"] = f"{conversation}-{agent}"
        told = {"source_agent": boss, "payload": payload or {"parse": agent}}
        at = minutes - number * pause
        sent.append(traffic.message(agent, at, headers, **told, trace_id=f"t-{agent}-{number}"))
        if answer:
            traffic.answer(sent[-1], agent, boss, at - pause / 2, answer)
    return sent


@pytest.fixture(scope="module")
def stored(scratch: Service, sent: dict[str, list[str]]) -> Service:
    """Many pairs at once: each test looks at its own."""
    traffic = Traffic()
    sent["storm"] = retries(traffic, "storm", 20)
    retries(traffic, "usual", 20)
    retries(traffic, "usual", 7, minutes=200, conversation="before")
    retries(traffic, "few", 7)
    retries(traffic, "plain", 9, has_attempts=False, conversation="")
    retries(traffic, "silent", 9, "", has_attempts=False)
    retries(traffic, "cron", 12, "result", has_attempts=False, conversation="")
    retries(traffic, "dead", 12, "", has_attempts=False, conversation="")
    retries(traffic, "early", 20, minutes=100)
    for number in range(10):
        once = {"payload": {"at": ago(number).isoformat()}, "conversation": "changing"}
        headers = {"attempt": str(number + 1), "conversation-id": "changing"}
        told = {"source_agent": "boss", "payload": once["payload"]}
        traffic.answer(
            traffic.message("clock", 10 - number, headers, **told), "clock", "boss", 1, "error"
        )
    for number in range(30):
        many = {"source_agent": "boss", "payload": {"page": number}}
        task = traffic.message("many", 10 - number / 10, {"attempt": "1"}, **many)
        traffic.answer(task, "many", "boss", 10 - number / 10 - 0.05, "error")
        retries(
            traffic,
            "three",
            3,
            minutes=14 - number / 3,
            payload={"n": number},
            conversation=f"c{number}",
        )
    # The last of many tries is the one that helps: they were tries all the same.
    late = retries(traffic, "late", 10)
    traffic.answer(late[-1], "late", "boss-late", 8)
    traffic.store(scratch, times=2)
    return scratch


def test_a_work_that_is_tried_for_ever(stored: Service, sent: dict[str, list[str]]) -> None:
    [one] = find(stored, KIND, agent="storm")
    assert one.agents == ["boss-storm", "storm"]
    assert one.tasks.first == sent["storm"]
    assert one.tasks.total == one.traces.total == 20
    assert one.first_seen == ago(10)
    assert one.figures == {
        "tries": 20, "sends": 20, "works": 1, "failed": 20, "completed": 0,
        "sends_per_minute": pytest.approx(10.526),
    }  # fmt: skip
    assert one.facts == {"sender": "boss-storm", "receiver": "storm", "sample": '{"parse":"storm"}'}
    assert one.severity == "medium"
    assert find(stored, KIND, agent="storm", min_tries=21) == []
    [worse] = find(stored, KIND, agent="storm", min_tries=4)
    assert worse.severity == "high"
    assert find(stored, KIND, agent="storm", at=ago(9.4)) == []


def test_a_pair_that_often_tries_again(stored: Service) -> None:
    assert find(stored, KIND, agent="usual") == []
    [one] = find(stored, KIND, agent="usual", times_usual=2)
    assert one.figures["usual_tries"] == 7


@pytest.mark.parametrize("agent", ["plain", "silent"])
def test_without_a_count_of_tries(stored: Service, agent: str) -> None:
    [one] = find(stored, KIND, agent=agent)
    assert one.figures["tries"] == 9


def test_a_payload_that_tells_the_time(stored: Service) -> None:
    [one] = find(stored, KIND, agent="clock")
    assert one.figures["tries"] == one.figures["sends"] == 10


def test_tries_of_which_the_last_one_helps(stored: Service) -> None:
    [one] = find(stored, KIND, agent="late")
    assert one.figures["tries"] == 10


@pytest.mark.parametrize(
    "agent",
    [
        pytest.param("few", id="a bounded count of tries"),
        pytest.param("cron", id="the same each minute, and done"),
        pytest.param("dead", id="nobody answers what comes by the clock"),
        pytest.param("early", id="before the window"),
        pytest.param("many", id="many works that fail once"),
        pytest.param("three", id="many works that are tried three times"),
    ],
)
def test_no_storm(stored: Service, agent: str) -> None:
    assert find(stored, KIND, agent=agent) == []


def test_what_is_odd(empty: Service) -> None:
    traffic = Traffic()
    for payload in ODD_PAYLOADS:
        for _ in range(10):
            headers = {"attempt": "4294967295"}
            told = {"source_agent": "", "payload": payload, "trace_id": ""}
            task = traffic.message("odd", 3, headers, **told)
            traffic.answer(task, "", "", 2, "error")
    traffic.store(empty)
    [one] = find(empty, KIND)
    assert one.agents == ["odd"]
    assert one.figures["tries"] == 4294967295
