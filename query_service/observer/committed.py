"""How far the pipeline has committed the OTLP topics."""

from dataclasses import dataclass
from typing import Any

from kafka.admin import OffsetSpec
from kafka.structs import TopicPartition

from query_service.observer.kafka_client import partition_offsets
from query_service.observer.otlp_record import LOGS, METRICS, TRACES

GROUPS = "agent-telemetry-ingester-otlp-"


@dataclass(frozen=True)
class Committed:
    """A partition of an OTLP topic, in which all below `committed` is said to be stored.

    `topic_id` changes when the topic is made anew; below `oldest` Kafka has nothing any more.
    """

    topic: str
    partition: int
    topic_id: str
    oldest: int
    committed: int


def read_committed(admin: Any) -> list[Committed]:
    """The partitions on which a group of the ingester has committed. Raises KafkaError."""
    groups = [g["group_id"] for g in admin.list_groups() if g["group_id"].startswith(GROUPS)]
    if not groups:
        return []
    topics = {
        topic["name"]: str(topic["topic_id"])
        for topic in admin.describe_topics([TRACES, LOGS, METRICS])
        if not topic["error_code"]
    }
    committed: dict[TopicPartition, int] = {}
    for offsets in admin.list_group_offsets(groups).values():
        for partition, offset in offsets.items():
            if partition.topic in topics and offset.offset >= 0:
                committed[partition] = max(offset.offset, committed.get(partition, 0))
    oldest = partition_offsets(admin, sorted(committed), OffsetSpec.EARLIEST)
    return [
        Committed(p.topic, p.partition, topics[p.topic], oldest[p], committed[p]) for p in oldest
    ]
