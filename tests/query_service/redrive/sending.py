"""A real broker with the queues of some agents, and what has come to them."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from kafka.structs import TopicPartition

from query_service import kafka_sender
from query_service.observer.kafka_client import consumer
from tests.otel_collector.parts import Kafka, admin

CODER, WRITER = "agent-queue-coder", "agent-queue-writer"
_CONFIGS = {CODER: {"max.message.bytes": "16777216"}, WRITER: {"max.message.bytes": "1048576"}}
_PLACES = [TopicPartition(name, 0) for name in _CONFIGS]


class Queues:
    """Queues of one partition each. That of writer takes no record above a megabyte."""

    def __init__(self, broker: Kafka) -> None:
        self._broker = broker
        with admin(broker.bootstrap) as client:
            client.create_topics(
                {name: {"num_partitions": 1, "configs": own} for name, own in _CONFIGS.items()},
                wait_for_metadata=True,
            )
        self.begin()

    def begin(self) -> None:
        """What has come is of another test."""
        with consumer(self._broker.bootstrap) as reader:
            self._begin = reader.end_offsets(_PLACES)

    @property
    def sent(self) -> list[Any]:
        """The records that came in this test, in their order."""
        with consumer(self._broker.bootstrap) as reader:
            reader.assign(_PLACES)
            for place, offset in self._begin.items():
                reader.seek(place, offset)
            ends = reader.end_offsets(_PLACES)
            found: list[Any] = []
            while any(reader.position(place) < end for place, end in ends.items()):
                found += [one for some in reader.poll(timeout_ms=1_000).values() for one in some]
        return sorted(found, key=lambda one: (one.timestamp, one.offset))

    @contextmanager
    def hanging_from(self, portion: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """The broker answers nothing from the moment at which this portion would be sent, 0 the
        first, and is waited for for two seconds."""
        real, portions = kafka_sender._delivered, count()
        with ExitStack() as still:

            def delivered(*arguments: Any) -> Any:
                if next(portions) == portion:
                    still.enter_context(self._broker.hanging())
                return real(*arguments)

            with monkeypatch.context() as patched:
                patched.setattr(kafka_sender, "TIMEOUT_MS", 2_000)
                patched.setattr(kafka_sender, "_delivered", delivered)
                yield


@contextmanager
def running(directory: Path) -> Iterator[Queues]:
    """A broker with these queues, which services that are made meanwhile send to."""
    broker = Kafka(directory)
    broker.start()
    try:
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("KAFKA_BOOTSTRAP_SERVERS", broker.bootstrap)
            yield Queues(broker)
    finally:
        broker.stop()
