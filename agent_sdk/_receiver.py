"""The thread that owns the Kafka consumer: fetches on demand, commits what is done."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata, TopicPartition

from agent_sdk._offsets import OffsetTracker
from agent_sdk._ratelimit import RateLimitedWarning

_logger = logging.getLogger("agent_sdk")
_POLL_MS = 200
_COMMIT_SECONDS = 0.2
_KEEP_ALIVE_SECONDS = 1.0
_RETRY_SECONDS = 1.0
_COMMIT_MS = 2000


class Receiver:
    """Hands out records one by one; each is committed after `ack`.

    The consumer goes on polling (with its partitions paused) while the agent works, so that a
    task may take longer than `max.poll.interval.ms`, and others may join the group meanwhile.
    """

    def __init__(self, topic: str, make_consumer: Callable[[], Any]) -> None:
        self._topic = topic
        self._make_consumer = make_consumer
        self._changed = threading.Condition()
        self._fetched: deque[Any] = deque()
        self._demand = 0
        self._offsets = OffsetTracker()
        self._stopped = False
        self._closed = False
        self._warn = RateLimitedWarning(_logger)
        self._last_commit = 0.0
        self._last_poll = 0.0
        self._thread = threading.Thread(target=self._run, daemon=True, name="agent-sdk-receiver")
        self._thread.start()

    def get(self, timeout: float | None) -> Any:
        """The next record, or None after `timeout` seconds or when stopped."""
        with self._changed:
            self._demand += 1
            self._changed.notify_all()
            try:
                self._changed.wait_for(lambda: self._stopped or self._fetched, timeout)
            finally:
                self._demand -= 1
            if self._stopped or not self._fetched:
                return None
            record = self._fetched.popleft()
            self._offsets.delivered(record.partition, record.offset)
            return record

    def ack(self, partition: int, offset: int) -> None:
        """The record is done: commit it soon (within 0.2 s)."""
        with self._changed:
            self._offsets.done(partition, offset)
            self._changed.notify_all()

    def stop(self) -> None:
        """Wake everyone who waits in `get`; they get None. What is done is still committed."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def close(self, timeout: float) -> None:
        """Commit what is done and leave the group, within `timeout` seconds."""
        with self._changed:
            self._stopped = self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout)
        if self._thread.is_alive():
            _logger.warning("the consumer of %s did not close in %s s", self._topic, timeout)

    def _run(self) -> None:
        consumer: Any = None
        while not self._closed:
            try:
                if consumer is None:
                    consumer = self._make_consumer()
                    consumer.subscribe([self._topic], listener=_Rebalance(self, consumer))
                self._turn(consumer)
            except Exception as error:
                # Whatever it was, receiving must go on: with a new consumer, a little later.
                self._warn("receiving from %s: %s: %s", self._topic, type(error).__name__, error)
                _close(consumer)
                consumer = None
                with self._changed:
                    self._fetched.clear()
                    self._offsets.keep(set())
                    self._changed.wait_for(lambda: self._closed, _RETRY_SECONDS)
        if consumer is not None:
            self._commit(consumer)
            _close(consumer)

    def _turn(self, consumer: Any) -> None:
        with self._changed:
            if not self._wants_record():
                self._changed.wait(_COMMIT_SECONDS)
            wanted = self._wants_record()
        now = time.monotonic()
        if now - self._last_commit >= _COMMIT_SECONDS:
            self._commit(consumer)
            self._last_commit = now
        if wanted:
            consumer.resume(*consumer.paused())
            self._deliver(consumer.poll(timeout_ms=_POLL_MS, max_records=1))
            self._last_poll = now
        elif now - self._last_poll >= _KEEP_ALIVE_SECONDS:
            consumer.pause(*consumer.assignment())
            self._deliver(consumer.poll(timeout_ms=0, max_records=1))
            self._last_poll = now

    def _wants_record(self) -> bool:
        return self._demand > 0 and not self._fetched and not self._stopped

    def _deliver(self, polled: dict[Any, list[Any]]) -> None:
        with self._changed:
            for records in polled.values():
                self._fetched.extend(records)
            self._changed.notify_all()

    def _commit(self, consumer: Any) -> None:
        """Commit what is done; what fails is tried again at the next turn."""
        with self._changed:
            due = self._offsets.commits()
        if not due:
            return
        offsets = {
            TopicPartition(self._topic, partition): OffsetAndMetadata(offset, "", -1)
            for partition, offset in due.items()
        }
        try:
            consumer.commit(offsets, timeout_ms=_COMMIT_MS)
        except KafkaError as error:
            self._warn("committing on %s: %s", self._topic, error)
            with self._changed:
                self._offsets.failed(due)

    def assigned(self, consumer: Any, partitions: set[int]) -> None:
        """After a rebalance: go on behind what was handed out, not at the commit.

        Runs in the consumer's IO thread, where a commit would wait for itself.
        """
        with self._changed:
            self._fetched.clear()
            kept = self._offsets.keep(partitions)
        for partition, following in kept.items():
            consumer.seek(TopicPartition(self._topic, partition), following)


@ConsumerRebalanceListener.register
class _Rebalance:
    def __init__(self, receiver: Receiver, consumer: Any) -> None:
        self._receiver = receiver
        self._consumer = consumer

    def on_partitions_revoked(self, revoked: set[Any]) -> None:
        """Nothing can be done here; what was done in the last 0.2 s may be delivered again."""

    def on_partitions_lost(self, lost: set[Any]) -> None:
        self._receiver.assigned(self._consumer, set())

    def on_partitions_assigned(self, assigned: set[Any]) -> None:
        self._receiver.assigned(self._consumer, {each.partition for each in assigned})


def _close(consumer: Any) -> None:
    if consumer is None:
        return
    try:
        consumer.close(autocommit=False, timeout_ms=1000)
    except Exception as error:
        _logger.debug("closing a consumer: %s", error)
