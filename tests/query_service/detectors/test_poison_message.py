"""A message that ends whoever reads it."""

import pytest

from tests.query_service.detectors.traffic import Traffic, ago, find
from tests.query_service.engine import Service

KIND = "poison_message"


def task(traffic: Traffic, agent: str, minutes: float = 10) -> str:
    return traffic.message(
        agent, minutes, source_agent="boss", message_id=f"t-{agent}", trace_id=f"trace-{agent}"
    )


def killed(traffic: Traffic, agent: str, times: int, minutes: float = 9) -> None:
    """It is begun so often, and nothing is heard of it any more."""
    for number in range(times):
        for name in ("claimed", "started", "heartbeat"):
            traffic.sign(name, f"t-{agent}", agent, minutes - number)


def raised(traffic: Traffic, agent: str, times: int, status: str = "Error") -> None:
    """The working on it fails so often."""
    for number in range(times):
        told = {"messaging.message.id": f"t-{agent}", "error.type": "DecodeError"}
        traffic.span(
            agent, 9 - number, SpanAttributes=told, SpanKind="Consumer", StatusCode=status,
            TraceId=f"trace-{agent}", StatusMessage="byte 0x9c",
        )  # fmt: skip


@pytest.fixture(scope="module")
def stored(scratch: Service) -> Service:
    """One message for each agent: each test looks at its own."""
    traffic = Traffic()
    for agent in ("killed", "twice", "ends", "over", "early", "beats", "redelivered"):
        task(traffic, agent)
    killed(traffic, "killed", 5)
    killed(traffic, "twice", 3)  # the third may still go on
    killed(traffic, "ends", 4)
    traffic.answer(task(traffic, "ends"), "ends", "boss", 5.5)
    traffic.sign("done", "t-ends", "ends", 5.5)
    for agent, again in (("put-aside", 4.5), ("goes-on", 8.5)):
        task(traffic, agent)
        killed(traffic, agent, 5)  # the last time five minutes ago
        headers = {"redrive-of": f"t-{agent}"}
        traffic.message(agent, again, headers, source_agent="boss")
    # Each of its tasks takes a minute and a half; this one takes one, restarts included.
    for number in range(25):
        traffic.handoff("boss", "brief", 12 - number / 10, takes=1.5)
    task(traffic, "brief", 9)
    for number in range(4):
        traffic.sign("started", "t-brief", "brief", 9 - number / 5)
    traffic.answer("t-brief", "brief", "boss", 8)
    task(traffic, "raised")
    raised(traffic, "raised", 3)
    raised(traffic, "over", 3, "Unset")
    for number in range(10):
        traffic.sign("heartbeat", "t-beats", "beats", 9 - number / 2)
    killed(traffic, "early", 6, minutes=60)
    # Read again after a restart, and answered by both.
    for minutes in (9, 8):
        for name in ("claimed", "started"):
            traffic.sign(name, "t-redelivered", "redelivered", minutes)
        traffic.sign("done", "t-redelivered", "redelivered", minutes - 0.5)
        traffic.answer("t-redelivered", "redelivered", "boss", minutes - 0.5)
    for number in range(20):
        many = traffic.handoff("boss", "many", 10 - number / 10)
        traffic.sign("started", many, "many", 10 - number / 10)
    for _ in range(5):
        traffic.sign("started", "never-sent", "nobody", 3)
    traffic.store(scratch, times=2)
    return scratch


def test_readers_that_are_killed(stored: Service) -> None:
    [one] = find(stored, KIND, agent="killed")
    assert one.subject == "t-killed"
    assert one.agents == ["killed", "boss"]
    assert one.severity == "high"
    assert (one.tasks.first, one.traces.first) == (["t-killed"], ["trace-killed"])
    assert (one.first_seen, one.last_seen) == (ago(9), ago(5))
    assert one.figures == {
        "tries": 5, "failed_tries": 4, "readers": 1, "seconds_since_sent": 300,
    }  # fmt: skip
    assert one.facts == {
        "topic": "agent-queue-killed", "partition": "0", "offset": "0", "sender": "boss",
        "outcome": "not answered",
    }  # fmt: skip
    assert find(stored, KIND, agent="killed", min_tries=5) == []
    assert find(stored, KIND, agent="killed", at=ago(6.5)) == []
    [early] = find(stored, KIND, agent="killed", at=ago(5.5))
    assert early.figures["failed_tries"] == 3


def test_readers_that_fail(stored: Service) -> None:
    [one] = find(stored, KIND, agent="raised")
    assert one.figures["failed_tries"] == 3
    assert (one.facts["error_type"], one.facts["error"]) == ("DecodeError", "byte 0x9c")


def test_one_that_was_read_in_the_end(stored: Service) -> None:
    [one] = find(stored, KIND, agent="ends")
    assert one.severity == "medium"
    assert one.figures["failed_tries"] == 3
    assert one.facts["outcome"] == "answered in the end"
    [before] = find(stored, KIND, agent="ends", at=ago(5.7))
    assert before.severity == "high"


def test_one_that_ended_its_readers_quickly(stored: Service) -> None:
    [one] = find(stored, KIND, agent="brief")
    assert (one.figures["failed_tries"], one.severity) == (3, "medium")


@pytest.mark.parametrize(
    "agent",
    [
        pytest.param("twice", id="begun a third time, which goes on"),
        pytest.param("over", id="spans that ended well"),
        pytest.param("beats", id="one that takes its time"),
        pytest.param("early", id="before the window"),
        pytest.param("redelivered", id="read again and answered"),
        pytest.param("many", id="each once"),
        pytest.param("nobody", id="a task that was never sent"),
    ],
)
def test_no_poison(stored: Service, agent: str) -> None:
    assert find(stored, KIND, agent=agent) == []


def test_one_that_was_sent_again_is_over_unless_it_is_read_on(stored: Service) -> None:
    assert find(stored, KIND, agent="put-aside") == []
    assert find(stored, KIND, agent="put-aside", at=ago(4.6)) != []
    assert len(find(stored, KIND, agent="goes-on")) == 1
