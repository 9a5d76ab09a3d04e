"""Records to Kafka, for the few endpoints of operators that write."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from kafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError
from kafka.producer import KafkaProducer

from agent_sdk.kafka_login import kafka_login
from query_service.errors import TooLarge, Unavailable
from query_service.observer.kafka_client import check_reachable

TIMEOUT_MS = 10_000
LARGEST = 16 * 1024 * 1024
"""Bytes of a record, as `agent-telemetry topics` sets topics."""
_SERVICE = b"agent-telemetry-query-service"


class Outgoing(NamedTuple):
    """A record on its way."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


class Place(NamedTuple):
    """Where Kafka has a record."""

    partition: int
    offset: int


@contextmanager
def producing(servers: str, makes_topics: bool = False) -> Iterator[Any]:
    """A producer for a few records. Raises Unavailable."""
    check_reachable(servers)
    try:
        producer = KafkaProducer(
            bootstrap_servers=servers,
            client_id="agent-telemetry-query-service",
            acks="all",
            allow_auto_create_topics=makes_topics,
            max_request_size=LARGEST,
            request_timeout_ms=TIMEOUT_MS,
            delivery_timeout_ms=TIMEOUT_MS,
            max_block_ms=TIMEOUT_MS,
            bootstrap_timeout_ms=TIMEOUT_MS,
            **kafka_login().options(),
        )
    except KafkaError as error:
        raise Unavailable(f"Kafka does not answer at {servers}: {error}") from error
    try:
        yield producer
    finally:
        with suppress(KafkaError):
            producer.close(timeout=5)


def send(servers: str, records: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Send JSON records, each with its topic, and wait until Kafka has them all.

    Raises TooLarge and Unavailable.
    """
    with producing(servers, makes_topics=True) as producer:
        try:
            sent = [
                producer.send(topic, json.dumps(value).encode(), headers=[("service", _SERVICE)])
                for topic, value in records
            ]
            for one in sent:
                one.get(timeout=TIMEOUT_MS / 1000)
        except MessageSizeTooLargeError as error:
            raise TooLarge(f"Kafka takes no record of that size: {error}") from error
        except KafkaError as error:
            raise Unavailable(f"Kafka did not take it: {error}") from error


def deliver(servers: str, records: Sequence[Outgoing]) -> list[Place | KafkaError | None]:
    """Send records and wait for each: where Kafka has it, or why that is not known; None for what
    was not tried, since Kafka does not answer."""
    found: list[Place | KafkaError | None] = [None] * len(records)
    left = list(range(len(records)))
    while left:
        told: list[Place | KafkaError | None] = [None] * len(left)
        with suppress(Unavailable), producing(servers) as producer:
            told = _delivered(producer, [records[number] for number in left])
        for number, one in zip(left, told, strict=True):
            found[number] = one
        # After a record that is too large kafka-python's producer says the same of all that follow
        # in its partition, for good: only the first is known to be, and what is as large.
        refused = [n for n in left if isinstance(found[n], MessageSizeTooLargeError)]
        left = [n for n in refused if _is_smaller(records[n], records[refused[0]])]
    return found


def _is_smaller(one: Outgoing, refused: Outgoing) -> bool:
    return one.topic != refused.topic or len(one.value) < len(refused.value)


def _delivered(producer: Any, records: Sequence[Outgoing]) -> list[Place | KafkaError | None]:
    waiting: list[Any] = []
    for record in records:
        try:
            waiting.append(
                producer.send(
                    record.topic, key=record.key, value=record.value, headers=record.headers
                )
            )
        except KafkaError as error:
            waiting.append(error)
            if isinstance(error, KafkaTimeoutError):
                break  # each further one would take as long
    deadline = time.monotonic() + TIMEOUT_MS / 1000
    found: list[Place | KafkaError | None] = []
    for one in waiting:
        if isinstance(one, KafkaError):
            found.append(one)
            continue
        try:
            told = one.get(timeout=max(0.1, deadline - time.monotonic()))
            found.append(Place(told.partition, told.offset))
        except KafkaError as error:
            found.append(error)
    return found + [None] * (len(records) - len(found))
