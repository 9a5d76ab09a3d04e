"""Bounded sending to Kafka that survives a broker that is away for any time."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kafka.errors import (
    ClusterAuthorizationFailedError,
    IllegalStateError,
    InvalidProducerEpochError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumberError,
    ProducerFencedError,
    UnknownProducerIdError,
)
from kafka.producer.kafka import KafkaProducer

from agent_sdk._context import Ack
from agent_sdk._ratelimit import RateLimitedWarning

_logger = logging.getLogger("agent_sdk")
_METADATA_WAIT_MS = 1000
_HOLD_SECONDS = 1.0
_MAX_RECORD_BYTES = 16 * 2**20
# After one of these a producer of kafka-python never sends again: a new one takes over.
_BREAKS_PRODUCER = (
    KafkaTimeoutError,
    OutOfOrderSequenceNumberError,
    ProducerFencedError,
    InvalidProducerEpochError,
    UnknownProducerIdError,
    ClusterAuthorizationFailedError,
    IllegalStateError,
)


class QueueFull(RuntimeError):
    """The outbox holds as much as it may and Kafka does not take it: try again later."""


class SendFailed(RuntimeError):
    """Kafka did not take the message: refused, or not acknowledged within the time allowed.

    After a timeout it may still have been written; the cause is in `__cause__`.
    """


class QueueClosed(SendFailed):
    """The queue was closed before Kafka took the message."""


OnDone = Callable[[Ack | None, Exception | None], None]


@dataclass(eq=False)
class _Entry:
    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    on_done: OnDone
    deadline: float
    generation: int = 0
    finished: bool = False
    spoiled: bool = False
    """Failed only because the one before it did."""

    @property
    def size(self) -> int:
        return len(self.value) + len(self.key)


class Outbox:
    """Takes messages at once and hands them to Kafka from a thread of its own.

    At most `max_messages` and `max_bytes` are held, from `put` until the acknowledgement. When
    full, `put` waits up to `block_seconds` and then raises QueueFull.
    """

    def __init__(
        self,
        servers: str,
        *,
        client_id: str,
        max_messages: int,
        max_bytes: int,
        block_seconds: float,
        delivery_timeout: float,
        kafka_options: Mapping[str, Any],
    ) -> None:
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._block_seconds = block_seconds
        self._delivery_timeout = delivery_timeout
        timeout_ms = int(delivery_timeout * 1000)
        self._config: dict[str, Any] = {
            "bootstrap_servers": servers.split(","),
            "client_id": client_id,
            # Without a version the constructor waits for a broker; older ones are detected.
            "api_version": (4, 3),
            "acks": "all",
            "linger_ms": 2,
            "batch_size": 262_144,
            "max_request_size": _MAX_RECORD_BYTES,
            "max_block_ms": _METADATA_WAIT_MS,
            "delivery_timeout_ms": timeout_ms,
            "request_timeout_ms": min(30_000, max(timeout_ms // 2, 100)),
            "reconnect_backoff_max_ms": 500,
            "metrics_enabled": False,
            **kafka_options,
        }
        self._changed = threading.Condition()
        self._waiting: dict[str, deque[_Entry]] = {}
        self._held: dict[str, float] = {}
        self._in_flight: dict[_Entry, None] = {}
        self._count = 0
        self._bytes = 0
        self._generation = 0
        self._broken = False
        self._refused = False
        self._closed = False
        self._warn = RateLimitedWarning(_logger)
        self._producer: Any = KafkaProducer(**self._config)
        self._thread = threading.Thread(target=self._run, daemon=True, name="agent-sdk-outbox")
        self._thread.start()

    def put(
        self, topic: str, key: bytes, value: bytes, headers: list[tuple[str, bytes]], done: OnDone
    ) -> None:
        """Take a message; `done` is called once, in another thread, with the outcome.

        Raises QueueFull, SendFailed when the value is over 16 MiB, QueueClosed after `close`.
        """
        if len(value) > _MAX_RECORD_BYTES - 65_536:
            raise SendFailed(f"a message of {len(value)} bytes is over the limit of 16 MiB")
        entry = _Entry(topic, key, value, headers, done, time.monotonic() + self._delivery_timeout)
        with self._changed:
            if not self._changed.wait_for(
                lambda: self._closed or self._fits(entry), self._block_seconds
            ):
                raise QueueFull(
                    f"{self._count} messages ({self._bytes} bytes) wait for Kafka at "
                    f"{self._config['bootstrap_servers']}"
                )
            if self._closed:
                raise QueueClosed("the queue is closed")
            self._count += 1
            self._bytes += entry.size
            self._waiting.setdefault(topic, deque()).append(entry)
            self._changed.notify_all()

    def flush(self, timeout: float) -> int:
        """Wait until all is acknowledged, at most `timeout` seconds; how many are not."""
        with self._changed:
            self._changed.wait_for(lambda: self._count == 0, timeout)
            return self._count

    def close(self, timeout: float) -> int:
        """Flush, then stop; what is not acknowledged by then fails with SendFailed."""
        left = self.flush(timeout)
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            entries = [*self._in_flight, *(e for queue in self._waiting.values() for e in queue)]
        _abandon(self._producer)
        for entry in entries:
            self._finish(entry, None, QueueClosed("the queue was closed before Kafka took it"))
        if left:
            _logger.warning("%d messages were not acknowledged by Kafka before the end", left)
        return left

    def _fits(self, entry: _Entry) -> bool:
        if self._count == 0:
            return True
        return self._count < self._max_messages and self._bytes + entry.size <= self._max_bytes

    def _run(self) -> None:
        while (entry := self._next()) is not None:
            try:
                self._hand_over(entry)
            except Exception as error:
                self._finish(entry, None, error)

    def _next(self) -> _Entry | None:
        with self._changed:
            while not self._closed:
                if self._refused:
                    # Others in flight may be well: it waits until it is known which.
                    self._broken |= all(entry.spoiled for entry in self._in_flight)
                if self._broken and not self._renew():
                    self._changed.wait(_HOLD_SECONDS)
                    continue
                if self._refused:
                    self._changed.wait(1.0)
                    continue
                now = time.monotonic()
                for topic, queue in self._waiting.items():
                    if queue and self._held.get(topic, 0) <= now:
                        return queue.popleft()
                self._changed.wait(0.1 if self._held else 1.0)
        return None

    def _hand_over(self, entry: _Entry) -> None:
        if entry.finished:
            return
        if time.monotonic() > entry.deadline:
            raise SendFailed(f"no topic {entry.topic} within {self._delivery_timeout} s")
        generation = entry.generation = self._generation
        with self._changed:
            self._in_flight[entry] = None
        try:
            future = self._producer.send(
                entry.topic, value=entry.value, key=entry.key, headers=entry.headers
            )
        except KafkaTimeoutError:
            # Nobody knows the topic's partitions now; other topics need not wait for it.
            self._warn("no broker or no topic %s yet: %d messages wait", entry.topic, self._count)
            with self._changed:
                self._in_flight.pop(entry, None)
                self._held[entry.topic] = time.monotonic() + _HOLD_SECONDS
                self._waiting[entry.topic].appendleft(entry)
            return
        self._held.pop(entry.topic, None)
        future.add_callback(
            lambda meta: self._finish(entry, Ack(meta.partition, meta.offset), None)
        )
        future.add_errback(lambda error: self._failed(entry, generation, error))

    def _failed(self, entry: _Entry, generation: int, error: Exception) -> None:
        """In the producer's thread: decide whether to try again with a new producer."""
        with self._changed:
            if entry.finished or entry.generation != generation:
                return
            if isinstance(error, MessageSizeTooLargeError):
                # An idempotent producer says it of all that follow in the partition, for good: only
                # the first is known to be too large.
                entry.spoiled = self._refused and time.monotonic() < entry.deadline
                self._refused = True
                self._changed.notify_all()
                if entry.spoiled:
                    return
            elif isinstance(error, _BREAKS_PRODUCER):
                self._broken = True
                self._changed.notify_all()
                if time.monotonic() < entry.deadline:
                    return  # still in flight for _renew, which sends it again
        self._finish(entry, None, error)

    def _renew(self) -> bool:
        """Replace a producer that will never send again; what it held is sent anew.

        False when there can be no other now (no file descriptor, no thread is left).
        """
        if not self._refused:
            self._warn("the Kafka producer gave up; a new one takes over %d messages", self._count)
        try:
            successor = KafkaProducer(**self._config)
        except Exception as error:
            self._warn("no new Kafka producer yet: %s: %s", type(error).__name__, error)
            return False
        _abandon(self._producer)
        self._producer = successor
        self._generation += 1
        for entry in reversed(list(self._in_flight)):
            entry.spoiled = False
            self._waiting[entry.topic].appendleft(entry)
        self._in_flight.clear()
        if not self._refused:
            pause = time.monotonic() + _HOLD_SECONDS
            self._held = dict.fromkeys(self._waiting, pause)
        self._broken = self._refused = False
        return True

    def _finish(self, entry: _Entry, ack: Ack | None, error: Exception | None) -> None:
        with self._changed:
            if entry.finished:
                return
            entry.finished = True
            self._in_flight.pop(entry, None)
            self._count -= 1
            self._bytes -= entry.size
            self._changed.notify_all()
        if error is not None and not isinstance(error, SendFailed):
            # A producer that `close` ends may tell of it before `close` itself does.
            kind = QueueClosed if self._closed else SendFailed
            failure = kind(f"Kafka did not take a message for {entry.topic}: {error}")
            failure.__cause__ = error
            error = failure
        if error is not None:
            self._warn("%s", error)
        entry.on_done(ack, error)


def _abandon(producer: Any) -> None:
    """End a producer at once, whatever it still holds.

    Its close() raises before it stops the sender when the flush fails, which leaves a thread
    that goes on sending what a new producer sends, too, and a `__del__` that tries it again.
    """
    producer._sender.force_close()
    producer._unregister_cleanup()
    producer._closed = True
