"""Kafka's groups and offsets, read without joining, committing or writing anything.

A round is six requests to each broker, whatever the number of topics and groups.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any

from kafka.admin import OffsetSpec
from kafka.structs import TopicPartition

from query_service.observer.kafka_client import AdminConnection, partition_offsets
from query_service.observer.samples import Metric, Observation, Series

PREFIXES = ("agent-queue-", "agent-telemetry-")

Offsets = Mapping[TopicPartition, int]


@dataclass(frozen=True)
class Group:
    """A consumer group: how many members, and how many of them read each topic.

    `by_topic` is None while the group rebalances: nobody knows then.
    """

    members: int = 0
    by_topic: Mapping[str, int] | None = field(default_factory=dict)


class KafkaSource:
    """Looks at the topics of agents and of the pipeline, and at the groups that read them."""

    def __init__(self, connection: AdminConnection) -> None:
        self._connection = connection

    def read(self) -> Observation:
        """One round. Raises Unavailable when Kafka is away, KafkaError when it refuses."""
        with self._connection.admin() as admin:
            topics = [t for t in admin.describe_topics() if t["name"].startswith(PREFIXES)]
            partitions = with_leader(topics)
            listed = {g["group_id"]: g for g in admin.list_groups() if is_consumer_group(g)}
            # Committed before end offsets: a lag read the other way round can be negative.
            committed = admin.list_group_offsets(list(listed)) if listed else {}
            classic = [name for name, group in listed.items() if is_classic_and_active(group)]
            described = admin.describe_groups(classic) if classic else {}
            oldest = partition_offsets(admin, partitions, OffsetSpec.EARLIEST)
            end = partition_offsets(admin, partitions, OffsetSpec.LATEST)
        return observation(
            time.time_ns(),
            {topic["name"] for topic in topics},
            oldest,
            end,
            {name: plain(offsets) for name, offsets in committed.items()},
            {name: group_of(group, described.get(name)) for name, group in listed.items()},
        )


def with_leader(topics: Iterable[Mapping[str, Any]]) -> list[TopicPartition]:
    """Partitions of these topics, as Kafka describes them, that can be asked."""
    return [
        TopicPartition(topic["name"], partition["partition_index"])
        for topic in topics
        for partition in topic["partitions"]
        if partition["leader_id"] >= 0
    ]


def is_consumer_group(listed: Mapping[str, Any]) -> bool:
    """Whether it commits offsets as consumers do: share groups and Connect clusters do not."""
    return listed.get("group_type", "") != "share" and listed["protocol_type"] in ("consumer", "")


def is_classic_and_active(listed: Mapping[str, Any]) -> bool:
    """Whether DescribeGroups has more to tell: it knows nothing of the newer group types."""
    return listed.get("group_type", "classic") == "classic" and has_members(listed)


def has_members(group: Mapping[str, Any]) -> bool:
    """Whether the group's state says that somebody is in it."""
    return group.get("group_state", "Unknown") not in ("Empty", "Dead")


def group_of(listed: Mapping[str, Any], described: Mapping[str, Any] | None) -> Group:
    """The group, out of ListGroups and DescribeGroups.

    Of a newer type only its state is to be had: somebody is in it, at least one.
    """
    if described is None:
        return Group(members=1, by_topic=None) if has_members(listed) else Group()
    if not has_members(described):
        return Group()
    members = described["members"]
    if described["group_state"] != "Stable":
        return Group(len(members), None)
    topics = Counter(
        topic["topic"]
        for member in members
        if member["member_assignment"]
        for topic in member["member_assignment"]["assigned_partitions"]
    )
    return Group(len(members), topics)


def plain(offsets: Mapping[TopicPartition, Any]) -> dict[TopicPartition, int]:
    """Committed offsets alone; Kafka says -1 where there is none."""
    return {partition: o.offset for partition, o in offsets.items() if o.offset >= 0}


def observation(
    observed_at: int,
    topics: Set[str],
    oldest: Offsets,
    end: Offsets,
    committed: Mapping[str, Offsets],
    groups: Mapping[str, Group],
) -> Observation:
    """Samples of one round over `topics`, and over the groups that have to do with them.

    Members by topic are told for each topic that a group commits on or reads, 0 where it only
    committed: so that a reader that left is seen to have left.
    """
    samples: dict[Series, int] = {}
    for metric, offsets in ((Metric.OLDEST, oldest), (Metric.END, end)):
        samples |= {Series(metric, p.topic, p.partition): o for p, o in offsets.items()}
    for name, group in groups.items():
        mine = {p: o for p, o in committed.get(name, {}).items() if p.topic in topics}
        for p, offset in mine.items():
            samples[Series(Metric.COMMITTED, p.topic, p.partition, name)] = offset
            if p in end:
                samples[Series(Metric.LAG, p.topic, p.partition, name)] = max(0, end[p] - offset)
        read = {t: n for t, n in (group.by_topic or {}).items() if t in topics}
        if mine or read:
            samples[Series(Metric.MEMBERS, group=name)] = group.members
        if group.by_topic is not None:
            counts = dict.fromkeys({p.topic for p in mine}, 0) | read
            for topic, count in counts.items():
                samples[Series(Metric.MEMBERS, topic, group=name)] = count
    unsettled = {name for name, group in groups.items() if group.by_topic is None}
    return Observation(observed_at, samples, unsettled)
