"""The thread that owns the consumer, with a consumer made of a list."""

import threading
from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from kafka.errors import KafkaError
from kafka.structs import TopicPartition

from agent_sdk._receiver import Receiver
from tests.waiting import wait_until

TOPIC = "agent-queue-x"


class FakeConsumer:
    """One partition of a topic. Counts what is asked of it."""

    def __init__(self, records: int) -> None:
        self.position = 0
        self.end = records
        self.commits: list[int] = []
        self.calls: Counter[str] = Counter()
        self.failures: list[Exception] = []
        self.listener: Any = None
        self._paused = False
        self._idle = threading.Event()

    def subscribe(self, topics: list[str], listener: Any) -> None:
        self.listener = listener

    def assignment(self) -> set[TopicPartition]:
        return {TopicPartition(TOPIC, 0)}

    def paused(self) -> set[TopicPartition]:
        return self.assignment() if self._paused else set()

    def pause(self, *partitions: TopicPartition) -> None:
        self._paused = bool(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        self._paused = False

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.position = offset

    def poll(self, timeout_ms: int, max_records: int) -> dict[TopicPartition, list[Any]]:
        self.calls["poll paused" if self._paused else "poll"] += 1
        if self.failures:
            raise self.failures.pop(0)
        if self._paused or self.position == self.end:
            self._idle.wait(timeout_ms / 1000)
            return {}
        record = SimpleNamespace(partition=0, offset=self.position)
        self.position += 1
        return {TopicPartition(TOPIC, 0): [record]}

    def commit(self, offsets: dict[TopicPartition, Any], timeout_ms: int) -> None:
        self.calls["commit"] += 1
        self.commits += [each.offset for each in offsets.values()]

    def close(self, autocommit: bool, timeout_ms: int) -> None:
        self.calls["close"] += 1


@pytest.fixture
def consumer() -> FakeConsumer:
    return FakeConsumer(records=3)


@pytest.fixture
def receiver(consumer: FakeConsumer) -> Iterator[Receiver]:
    made = Receiver(TOPIC, lambda: consumer)
    yield made
    made.close(timeout=60)


def test_records_come_in_order_and_are_committed_when_done(
    receiver: Receiver, consumer: FakeConsumer
) -> None:
    offsets = [receiver.get(60).offset for _ in range(3)]
    assert offsets == [0, 1, 2]
    assert receiver.get(0.05) is None
    receiver.ack(0, 1)
    receiver.ack(0, 0)
    wait_until(lambda: consumer.commits[-1:] == [2], 60)


def test_what_is_done_after_the_stop_is_committed_too(
    receiver: Receiver, consumer: FakeConsumer
) -> None:
    receiver.get(60)
    receiver.stop()
    assert receiver.get(60) is None
    receiver.ack(0, 0)
    receiver.close(timeout=60)
    assert consumer.commits == [1]
    assert consumer.calls["close"] == 1


def test_the_group_is_kept_while_the_agent_works(
    receiver: Receiver, consumer: FakeConsumer
) -> None:
    receiver.get(60)
    wait_until(lambda: consumer.calls["poll paused"] >= 1, 60)
    assert receiver.get(60).offset == 1


def test_after_a_failure_a_new_consumer_goes_on(receiver: Receiver, consumer: FakeConsumer) -> None:
    consumer.failures = [KafkaError("odd"), ValueError("odder")]
    assert receiver.get(60).offset == 0
    assert consumer.calls["close"] == 2


def test_after_a_rebalance_it_goes_on_behind_what_was_handed_out(
    receiver: Receiver, consumer: FakeConsumer
) -> None:
    assert receiver.get(60).offset == 0
    consumer.position = 0
    consumer.listener.on_partitions_assigned(consumer.assignment())
    assert receiver.get(60).offset == 1


def test_what_was_taken_away_is_not_committed(receiver: Receiver, consumer: FakeConsumer) -> None:
    receiver.get(60)
    consumer.listener.on_partitions_assigned(set())
    receiver.ack(0, 0)
    receiver.close(timeout=60)
    assert consumer.commits == []
