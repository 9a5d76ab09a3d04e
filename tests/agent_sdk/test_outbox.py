"""The outbox, over producers that break."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from kafka.errors import KafkaError, KafkaTimeoutError
from kafka.future import Future

from agent_sdk import _outbox
from agent_sdk._context import Ack
from agent_sdk._outbox import Outbox, QueueClosed
from tests.waiting import wait_until

Outcome = tuple[Ack | None, Exception | None]


class _Producer:
    """The first breaks at its first message, the second cannot be made, the third works."""

    made = 0

    def __init__(self, **_: Any) -> None:
        cls = type(self)
        cls.made += 1
        if cls.made == 2:
            raise OSError(24, "Too many open files")
        self.works = cls.made > 2
        self._sender = SimpleNamespace(force_close=lambda: None)

    def _unregister_cleanup(self) -> None:
        """Nothing to do."""

    def send(self, topic: str, **_: Any) -> Any:
        """A future that has its outcome already."""
        future: Any = Future()
        if self.works:
            return future.success(SimpleNamespace(partition=0, offset=7))
        return future.failure(KafkaTimeoutError("delivery timeout"))


class _Waiting:
    """Waits in `send` until it is ended; goes on only when that was told."""

    def __init__(self, **_: Any) -> None:
        self.sending, self._ended, self.told = (threading.Event() for _ in range(3))
        self._sender = SimpleNamespace(force_close=self._end)

    def _end(self) -> None:
        self._ended.set()
        assert self.told.wait(90)

    def _unregister_cleanup(self) -> None:
        """Nothing to do."""

    def send(self, topic: str, **_: Any) -> Any:
        """Raises what kafka-python raises in the end."""
        self.sending.set()
        assert self._ended.wait(90)
        raise KafkaError("the producer is closed")


def _outbox_over(producer: Any, monkeypatch: pytest.MonkeyPatch) -> Outbox:
    monkeypatch.setattr(_outbox, "KafkaProducer", producer)
    return Outbox(
        "nowhere:1",
        client_id="tester",
        max_messages=10,
        max_bytes=1000,
        block_seconds=0,
        delivery_timeout=60,
        kafka_options={},
    )


@pytest.fixture
def outbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outbox]:
    monkeypatch.setattr(_Producer, "made", 0)
    made = _outbox_over(_Producer, monkeypatch)
    yield made
    made.close(0)


def test_sending_goes_on_when_a_new_producer_cannot_be_made_at_once(outbox: Outbox) -> None:
    outcomes: list[Outcome] = []
    outbox.put("t", b"k", b"v", [], lambda ack, error: outcomes.append((ack, error)))
    wait_until(lambda: bool(outcomes), 60)
    assert outcomes == [(Ack(0, 7), None)]
    assert _Producer.made == 3


def test_what_the_end_cut_off_is_told_so_whoever_tells_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    producer = _Waiting()
    outbox = _outbox_over(lambda **_: producer, monkeypatch)
    errors: list[Exception | None] = []

    def done(_: Ack | None, error: Exception | None) -> None:
        errors.append(error)
        producer.told.set()

    outbox.put("t", b"k", b"v", [], done)
    assert producer.sending.wait(90)
    assert outbox.close(0) == 1
    assert [type(error) for error in errors] == [QueueClosed]
