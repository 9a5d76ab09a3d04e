"""The outbox, over producers that break."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from kafka.errors import KafkaTimeoutError
from kafka.future import Future

from agent_sdk import _outbox
from agent_sdk._context import Ack
from agent_sdk._outbox import Outbox
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


@pytest.fixture
def outbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outbox]:
    monkeypatch.setattr(_Producer, "made", 0)
    monkeypatch.setattr(_outbox, "KafkaProducer", _Producer)
    made = Outbox(
        "nowhere:1",
        client_id="tester",
        max_messages=10,
        max_bytes=1000,
        block_seconds=0,
        delivery_timeout=60,
        kafka_options={},
    )
    yield made
    made.close(0)


def test_sending_goes_on_when_a_new_producer_cannot_be_made_at_once(outbox: Outbox) -> None:
    outcomes: list[Outcome] = []
    outbox.put("t", b"k", b"v", [], lambda ack, error: outcomes.append((ack, error)))
    wait_until(lambda: bool(outcomes), 20)
    assert outcomes == [(Ack(0, 7), None)]
    assert _Producer.made == 3
