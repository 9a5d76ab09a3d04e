"""An offset is committed only when its rows are inserted."""

import json
from functools import partial

import pytest

from tests.otel_collector import records
from tests.otel_collector.parts import (
    ClickHouse,
    Collector,
    Kafka,
    Override,
    OwnTopics,
    Store,
    admin,
    committed,
)
from tests.waiting import wait_until

pytestmark = pytest.mark.stack
VALUE = json.dumps({"message_id": "x" * 36, "payload": "y" * 600}).encode()
DISTINCT = "SELECT uniqExact(LogAttributes['kafka.partition'], LogAttributes['kafka.offset'])"


def json_group(override: Override) -> str:
    """The group of the JSON topics in an override."""
    return str(override["receivers"]["kafka_records/queues"]["group_id"])


def fill(kafka: Kafka, topic: str, count: int) -> None:
    with admin(kafka.bootstrap) as client:
        client.create_topics({topic: {"num_partitions": 3, "replication_factor": 1}})
    sent = records.send(kafka.bootstrap, ((topic, n % 3, VALUE, []) for n in range(count)))
    assert sent == count


def test_kill_9_loses_nothing(
    collector: Collector, store: Store, kafka: Kafka, own_topics: OwnTopics
) -> None:
    topic, count = "agent-queue-killed", 50_000
    fill(kafka, topic, count)
    override = own_topics(topic)
    arrived = f"{DISTINCT} FROM landing_messages"

    def beyond(rows: int) -> bool:
        return store.number(arrived) > rows

    for part in (1, 2):
        collector.start(override=override)
        wait_until(partial(beyond, part * count // 10), every=0.02)
        collector.kill()
    assert store.number(arrived) < count, "killed too late to show anything"
    collector.start(override=override)
    wait_until(lambda: store.number(arrived) == count, 60)
    group = json_group(override)
    wait_until(lambda: sum(committed(kafka.bootstrap, group).values()) == count, 30)


def test_while_clickhouse_is_away_nothing_is_committed_and_then_all_arrives(
    collector: Collector,
    store: Store,
    kafka: Kafka,
    clickhouse: ClickHouse,
    own_topics: OwnTopics,
) -> None:
    topic, count = "agent-queue-away", 20_000
    fill(kafka, topic, 300)
    override = own_topics(topic)
    collector.start(override=override)
    arrived = f"{DISTINCT} FROM landing_messages"
    wait_until(lambda: store.number(arrived) == 300, 30)
    group = json_group(override)
    wait_until(lambda: sum(committed(kafka.bootstrap, group).values()) == 300, 30)
    clickhouse.stop()
    try:
        records.send(kafka.bootstrap, ((topic, n % 3, VALUE, []) for n in range(count)))
        tries = "Exporting failed"
        wait_until(lambda: collector.log.read_text().count(tries) >= 5, 60)
        assert sum(committed(kafka.bootstrap, group).values()) == 300
    finally:
        clickhouse.start()
    wait_until(lambda: store.number(arrived) == count + 300, 60)
    wait_until(lambda: sum(committed(kafka.bootstrap, group).values()) == count + 300, 30)


def test_a_topic_that_nobody_listed_is_found(
    collector: Collector, store: Store, kafka: Kafka, own_topics: OwnTopics
) -> None:
    """How soon is a setting: metadata.refresh_interval, which test_config reads."""
    collector.start(override=own_topics("agent-queue-unlisted-.*"))
    records.send(kafka.bootstrap, [("agent-queue-unlisted-agent", 0, VALUE, [])] * 20)
    wait_until(lambda: store.number("SELECT count() FROM landing_messages") >= 20, 10)
