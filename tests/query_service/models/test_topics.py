"""Queues as they were last seen in Kafka: who commits, reads and is behind."""

from datetime import UTC, datetime, timedelta

from query_service.db import Row
from query_service.models.topics import DAY_NS, topics

NEWEST = datetime(2026, 11, 22, 12, tzinfo=UTC)
OFFSET, LAG = "kafka.consumer_group.offset", "kafka.consumer_group.lag"
MEMBERS, OLDEST = "kafka.consumer_group.members", "kafka.partition.oldest_offset"


def seen(
    metric: str, partition: int, group: str, value: int, ago: int = 0, topic: str = "q"
) -> Row:
    """A figure, `ago` ns before the newest one."""
    newest = int(NEWEST.timestamp()) * 10**9
    return {
        "topic": topic,
        "metric": metric,
        "partition": partition,
        "consumer_group": group,
        "value": value,
        "observed_ns": newest - ago,
        "newest_ns": newest,
    }


def test_of_several_groups_the_one_furthest_behind_says_what_is_consumed() -> None:
    for values in ((5, 7), (7, 5)):
        rows = [seen(OFFSET, 0, group, value) for group, value in zip("ab", values, strict=True)]
        [topic] = topics([*rows, seen(OFFSET, 1, "a", 3)])
        assert topic["groups"] == ["a", "b"]
        assert topic["lowest"] == {0: 5, 1: 3}
        assert topic["committing"] == {0: 2, 1: 1}


def test_a_group_that_was_not_seen_for_a_day_is_gone() -> None:
    for ago, groups in ((DAY_NS - 1, ["a", "b"]), (DAY_NS, ["a"])):
        old = [seen(OFFSET, 0, "b", 1, ago), seen(LAG, 0, "b", 9, ago)]
        [topic] = topics([seen(OFFSET, 0, "a", 5), seen(LAG, 0, "a", 2), *old])
        assert topic["groups"] == groups
        assert topic["lowest"] == {0: 1 if "b" in groups else 5}
        assert topic["lag"] == ({"a": 2, "b": 9} if "b" in groups else {"a": 2})


def test_lag_is_added_up_over_partitions_and_members_are_the_most_seen() -> None:
    rows = [seen(LAG, 0, "a", 2), seen(LAG, 1, "a", 3), seen(OLDEST, 1, "", 40)]
    members = [seen(MEMBERS, partition, "a", n) for partition, n in ((0, 2), (1, 1))]
    [topic] = topics([*rows, *members])
    assert (topic["lag"], topic["members"], topic["oldest"]) == ({"a": 5}, {"a": 2}, {1: 40})


def test_each_topic_is_apart_and_observed_when_its_newest_figure_was() -> None:
    second = 10**9
    rows = [
        seen(OFFSET, 0, "a", 1, 3 * second),
        seen(OFFSET, 1, "a", 1, 2 * second),
        seen(MEMBERS, -1, "a", 1, topic=""),
    ]
    queue, whole = topics(rows)
    assert (queue["topic"], queue["observed_at"]) == ("q", NEWEST - timedelta(seconds=2))
    assert (whole["topic"], whole["groups"], whole["members"]) == ("", [], {"a": 1})


def test_of_all_topics_the_newest_figure_is_among_them() -> None:
    rows = [seen(OFFSET, 0, "a", 5), seen(OFFSET, 0, "b", 1, DAY_NS, "p"), seen(OLDEST, 0, "", 3)]
    bare = [{k: v for k, v in row.items() if k != "newest_ns"} for row in rows]
    assert topics(bare) == topics(rows)
    assert [topic["groups"] for topic in topics(bare)] == [["a"], []]
