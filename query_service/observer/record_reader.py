"""Reads single records of Kafka by their position."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kafka.structs import TopicPartition

MOST_BYTES = 64 << 20
POLL_MS = 2_000


@dataclass(frozen=True)
class Record:
    """A record as Kafka has it; header values that are no UTF-8 have their bytes escaped."""

    offset: int
    value: bytes
    headers: dict[str, str]


@dataclass
class Reading:
    """What was found in the offsets that were `passed`.

    An offset that was passed and has no record held a control record, or was compacted away.
    """

    records: dict[int, Record] = field(default_factory=dict)
    passed: list[range] = field(default_factory=list)


def read(consumer: Any, topic: str, partition: int, ranges: Iterable[range]) -> Reading:
    """Read these offsets with a consumer that has no group; about 64 MiB at most.

    Raises KafkaError, e.g. when the offsets are no longer there.
    """
    reading, size = Reading(), 0
    place = TopicPartition(topic, partition)
    consumer.assign([place])
    for wanted in ranges:
        if size >= MOST_BYTES:
            break
        consumer.seek(place, wanted.start)
        position = wanted.start
        while position < wanted.stop and size < MOST_BYTES:
            polled = consumer.poll(timeout_ms=POLL_MS).get(place, [])
            for record in polled:
                if record.offset in wanted:
                    size += len(record.value or b"")
                    headers = {key: text(value) for key, value in record.headers}
                    reading.records[record.offset] = Record(
                        record.offset, record.value or b"", headers
                    )
            before, position = position, consumer.position(place)
            if position == before:
                break
        reading.passed.append(range(wanted.start, min(position, wanted.stop)))
    return reading


def text(value: bytes | None) -> str:
    """A header's value as text, without loss."""
    return (value or b"").decode("utf-8", "backslashreplace")
