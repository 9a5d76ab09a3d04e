"""Queues as they were last seen in Kafka."""

from datetime import UTC, datetime, timedelta

from query_service.db import Row

DAY_NS = 86_400 * 10**9
"""A group that has not been seen for so long is gone."""
_OFFSET = "kafka.consumer_group.offset"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def topics(rows: list[Row]) -> list[Row]:
    """By topic what the view `topics_now` tells, of the figures in Kafka: that takes longer to plan
    than these take to be put together."""
    found: dict[str, Row] = {}
    # Of all topics the newest figure is among them.
    offsets = (row["observed_ns"] for row in rows if row["metric"] == _OFFSET)
    newest = max(offsets, default=0)
    for row in rows:
        topic = found.get(row["topic"])
        if topic is None:
            topic = found[row["topic"]] = {
                "topic": row["topic"],
                "groups": [],
                "lag": {},
                "members": {},
                "lowest": {},
                "committing": {},
                "oldest": {},
                "observed_ns": 0,
            }
        topic["observed_ns"] = max(topic["observed_ns"], row["observed_ns"])
        _add(topic, row, row["observed_ns"] > row.get("newest_ns", newest) - DAY_NS)
    return [
        {**topic, "observed_at": _EPOCH + timedelta(microseconds=topic["observed_ns"] // 1_000)}
        for topic in found.values()
    ]


def _add(topic: Row, row: Row, is_recent: bool) -> None:
    partition, group, value = row["partition"], row["consumer_group"], row["value"]
    match row["metric"]:
        case "kafka.consumer_group.offset" if is_recent:
            if group not in topic["groups"]:
                topic["groups"].append(group)
            lowest = topic["lowest"]
            lowest[partition] = min(value, lowest.get(partition, value))
            topic["committing"][partition] = topic["committing"].get(partition, 0) + 1
        case "kafka.consumer_group.lag" if is_recent:
            topic["lag"][group] = topic["lag"].get(group, 0) + value
        case "kafka.partition.oldest_offset":
            topic["oldest"][partition] = value
        case "kafka.consumer_group.members":
            members = topic["members"]
            members[group] = max(value, members.get(group, value))
