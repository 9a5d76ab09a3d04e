"""Kafka does not answer: the agent goes on, memory is bounded, the end is soon."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from agent_sdk import AgentQueue, QueueClosed, QueueFull
from tests.agent_sdk.conftest import Recorded
from tests.waiting import wait_until

_LIMIT = 30
_SOON = 20.0
"""Seconds: far less than what Kafka's clients wait, far more than a busy machine needs."""


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of something that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def queue(
    silent: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[AgentQueue]:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", silent)
    monkeypatch.setenv("AGENT_OUTBOX_MESSAGES", str(_LIMIT))
    monkeypatch.setenv("AGENT_OUTBOX_BYTES", "100000")
    monkeypatch.setenv("AGENT_SEND_BLOCK_SECONDS", "0.1")
    request.getfixturevalue("recorded")
    before = set(threading.enumerate())
    started = time.monotonic()
    made = AgentQueue()
    assert time.monotonic() - started < _SOON
    yield made
    made.close(0.1)
    wait_until(lambda: not set(threading.enumerate()) - before, 60)


def test_sending_does_not_wait(queue: AgentQueue) -> None:
    started = time.monotonic()
    sent = [queue.send_task("writer", {"n": n}) for n in range(_LIMIT)]
    assert time.monotonic() - started < _SOON
    assert not any(each.acknowledged for each in sent)


def test_a_full_outbox_says_so_after_the_time_allowed(queue: AgentQueue) -> None:
    for number in range(_LIMIT):
        queue.send_task("writer", {"n": number})
    started = time.monotonic()
    with pytest.raises(QueueFull, match="30 messages"):
        queue.send_task("writer", {})
    assert 0.1 <= time.monotonic() - started < _SOON


def test_the_outbox_is_bounded_by_bytes_too(queue: AgentQueue) -> None:
    queue.send_task("writer", {"text": "x" * 90_000})
    with pytest.raises(QueueFull, match="1 messages"):
        queue.send_task("writer", {"text": "x" * 20_000})


def test_receiving_ends_when_its_time_is_over(queue: AgentQueue) -> None:
    started = time.monotonic()
    assert list(queue.receive(timeout=0.3)) == []
    assert time.monotonic() - started < _SOON


def test_the_end_is_soon_and_tells_what_was_left(queue: AgentQueue) -> None:
    list(queue.receive(timeout=0.1))
    sent = [queue.send_task("writer", {"n": number}) for number in range(5)]
    started = time.monotonic()
    assert queue.close(0.6) == 5
    assert time.monotonic() - started < _SOON
    for each in sent:
        with pytest.raises(QueueClosed):
            each.wait(90)
    with pytest.raises(QueueClosed):
        queue.send_task("writer", {})


def test_the_span_of_what_was_never_sent_says_so(queue: AgentQueue, recorded: Recorded) -> None:
    queue.send_task("writer", {})
    queue.close(0.1)
    span = recorded.span("send agent-queue-writer")
    assert not span.status.is_ok
    assert (span.attributes or {})["error.type"] == "QueueClosed"


def test_stop_wakes_a_waiting_receiver(queue: AgentQueue) -> None:
    thread = threading.Thread(target=lambda: list(queue.receive()))
    thread.start()
    queue.stop()
    thread.join(60)
    assert not thread.is_alive()
