"""One round of Kafka as samples."""

from typing import Any

import pytest
from kafka.structs import TopicPartition

from query_service.observer.kafka_source import (
    Group,
    group_of,
    is_classic_and_active,
    is_consumer_group,
    observation,
    with_leader,
)
from query_service.observer.samples import Metric, Series

WRITER = TopicPartition("agent-queue-writer", 0)
CODER = TopicPartition("agent-queue-coder", 0)
TOPICS = {WRITER.topic, CODER.topic}


def listed(**fields: Any) -> dict[str, Any]:
    return {
        "group_id": "g",
        "protocol_type": "consumer",
        "group_state": "Stable",
        "group_type": "classic",
    } | fields


def described(state: str, *assigned: str) -> dict[str, Any]:
    members = [
        {"member_assignment": {"assigned_partitions": [{"topic": t, "partitions": [0]}]}}
        for t in assigned
    ]
    idle = {"member_assignment": b""}
    return {"group_state": state, "members": [*members, idle]}


def test_a_partition_has_its_offsets() -> None:
    seen = observation(7, TOPICS, {WRITER: 2}, {WRITER: 9}, {}, {})
    assert seen.observed_at == 7
    assert seen.samples == {
        Series(Metric.OLDEST, "agent-queue-writer", 0): 2,
        Series(Metric.END, "agent-queue-writer", 0): 9,
    }


@pytest.mark.parametrize(("committed", "lag"), [(4, 5), (9, 0), (11, 0)])
def test_a_group_has_its_offset_and_lag(committed: int, lag: int) -> None:
    samples = observation(
        0, TOPICS, {}, {WRITER: 9}, {"g": {WRITER: committed}}, {"g": Group()}
    ).samples
    assert samples[Series(Metric.COMMITTED, "agent-queue-writer", 0, "g")] == committed
    assert samples[Series(Metric.LAG, "agent-queue-writer", 0, "g")] == lag


def test_a_group_that_reads_without_any_commit_is_seen() -> None:
    group = Group(2, {"agent-queue-writer": 2, "not-ours": 1})
    samples = observation(0, TOPICS, {}, {WRITER: 9}, {}, {"g": group}).samples
    members = {s: n for s, n in samples.items() if s.metric is Metric.MEMBERS}
    assert members == {
        Series(Metric.MEMBERS, group="g"): 2,
        Series(Metric.MEMBERS, "agent-queue-writer", group="g"): 2,
    }


def test_a_group_that_left_a_topic_has_no_members_there() -> None:
    group = Group(1, {"agent-queue-coder": 1})
    samples = observation(
        0, TOPICS, {}, {WRITER: 9, CODER: 1}, {"g": {WRITER: 3}}, {"g": group}
    ).samples
    assert samples[Series(Metric.MEMBERS, "agent-queue-writer", group="g")] == 0
    assert samples[Series(Metric.MEMBERS, "agent-queue-coder", group="g")] == 1


def test_in_a_rebalance_nobody_knows_who_reads_what() -> None:
    seen = observation(0, TOPICS, {}, {WRITER: 9}, {"g": {WRITER: 3}}, {"g": Group(2, None)})
    assert seen.unsettled == {"g"}
    assert Series(Metric.MEMBERS, "agent-queue-writer", group="g") not in seen.samples
    assert seen.samples[Series(Metric.MEMBERS, group="g")] == 2


def test_the_readers_of_a_topic_that_is_offline_have_not_left() -> None:
    group = Group(1, {"agent-queue-writer": 1})
    assert observation(0, TOPICS, {}, {}, {"g": {WRITER: 3}}, {"g": group}).samples == {
        Series(Metric.COMMITTED, "agent-queue-writer", 0, "g"): 3,
        Series(Metric.MEMBERS, group="g"): 1,
        Series(Metric.MEMBERS, "agent-queue-writer", group="g"): 1,
    }


def test_groups_and_topics_of_others_are_left_out() -> None:
    other = TopicPartition("orders", 0)
    group = Group(1, {"orders": 1})
    assert observation(0, TOPICS, {}, {}, {"g": {other: 3}}, {"g": group}).samples == {}


@pytest.mark.parametrize(
    ("group", "answer", "expected"),
    [
        (listed(), described("Stable", "a", "a", "b"), Group(4, {"a": 2, "b": 1})),
        (listed(), described("PreparingRebalance"), Group(1, None)),
        (listed(), described("Dead"), Group()),
        (listed(group_state="Empty"), None, Group()),
        (listed(group_type="consumer"), None, Group(1, None)),
        (listed(group_type="consumer", group_state="Empty"), None, Group()),
    ],
)
def test_a_group_out_of_kafkas_answers(
    group: dict[str, Any], answer: dict[str, Any] | None, expected: Group
) -> None:
    assert group_of(group, answer) == expected


def test_which_groups_are_asked_about() -> None:
    assert is_consumer_group(listed())
    assert is_consumer_group(listed(protocol_type=""))
    assert not is_consumer_group(listed(protocol_type="connect"))
    assert not is_consumer_group(listed(group_type="share"))
    assert is_classic_and_active(listed())
    assert not is_classic_and_active(listed(group_type="consumer"))
    assert not is_classic_and_active(listed(group_state="Empty"))


def test_partitions_without_a_leader_are_not_asked() -> None:
    partitions = [{"partition_index": i, "leader_id": leader} for i, leader in enumerate((1, -1))]
    assert with_leader([{"name": "agent-queue-writer", "partitions": partitions}]) == [WRITER]
