"""Memory stays bounded when every partition has a backlog."""

from collections.abc import Iterator

import pytest

from tests.otel_collector import otlp, records
from tests.otel_collector.parts import (
    ClickHouse,
    Collector,
    Kafka,
    Override,
    OwnTopics,
    Store,
    admin,
)
from tests.waiting import wait_until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]
LIMIT_MIB = 600
RECORDS = 60_000
STORED = "SELECT uniqExact(LogAttributes) FROM landing_messages"
VALUE = b'{"message_id": "' + b"x" * 684 + b'"}'


@pytest.fixture(scope="module")
def backlog(kafka: Kafka) -> str:
    """A pattern of 200 topics, whose 600 partitions hold RECORDS records together."""
    topics = [f"agent-queue-backlog-{n}" for n in range(200)]
    with admin(kafka.bootstrap) as client:
        client.create_topics(
            {topic: {"num_partitions": 3, "replication_factor": 1} for topic in topics}
        )
    values: Iterator[records.Record] = (
        (topics[n % 200], n // 200 % 3, VALUE, []) for n in range(RECORDS)
    )
    assert records.send(kafka.bootstrap, values) == RECORDS
    return "agent-queue-backlog-.*"


def test_600_partitions_in_backlog(
    collector: Collector, store: Store, backlog: str, own_topics: OwnTopics
) -> None:
    collector.start(override=own_topics(backlog))
    wait_until(lambda: store.number(STORED) >= RECORDS, 180)
    assert collector.peak_mib() < LIMIT_MIB


def test_600_partitions_in_backlog_while_clickhouse_is_away(
    collector: Collector,
    store: Store,
    clickhouse: ClickHouse,
    backlog: str,
    own_topics: OwnTopics,
) -> None:
    clickhouse.stop()
    try:
        collector.start(override=own_topics(backlog))
        wait_until(lambda: collector.log.read_text().count("Exporting failed") >= 5, 180)
        away = collector.peak_mib()
    finally:
        clickhouse.start()
    wait_until(lambda: store.number(STORED) >= RECORDS, 180)
    print("peak MiB away, and back:", away, collector.peak_mib())
    assert max(away, collector.peak_mib()) < LIMIT_MIB


def large_backlog(collector: Collector, override: Override, name: str) -> str:
    """Have 24 requests of 8 MB in Kafka that no ingester has read; the SQL that counts their
    spans."""
    collector.start(("gateway",), override)
    body = otlp.spans(name, 4000, 2000).SerializeToString()
    for _ in range(24):
        assert otlp.send_http(collector.http, body).status_code == 200
    collector.stop()
    return (
        "SELECT uniqExact(SpanId, ResourceAttributes) FROM landing_traces"
        f" WHERE SpanName = '{name}'"
    )


def test_large_requests_in_backlog(
    collector: Collector, store: Store, own_topics: OwnTopics
) -> None:
    override = own_topics()
    spans = large_backlog(collector, override, "large")
    collector.start(override=override)
    wait_until(lambda: store.number(spans) == 24 * 4000, 180)
    assert collector.peak_mib() < LIMIT_MIB


def test_what_the_memory_limiter_refuses_is_tried_again(
    collector: Collector, store: Store, own_topics: OwnTopics
) -> None:
    override = own_topics()
    spans = large_backlog(collector, override, "refused")
    limiter = {"check_interval": "100ms", "limit_mib": 100, "spike_limit_mib": 40}
    collector.start(override={**override, "processors": {"memory_limiter/ingester": limiter}})
    wait_until(lambda: store.number(spans) == 24 * 4000, 180)
    assert "data refused due to high memory usage" in collector.log.read_text()
