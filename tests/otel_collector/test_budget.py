"""Memory stays bounded when every partition has a backlog."""

from collections.abc import Iterator

import pytest

from tests.otel_collector import otlp, records
from tests.otel_collector.parts import Collector, Kafka, Override, OwnTopics, Store, admin
from tests.waiting import wait_until

pytestmark = pytest.mark.stack
LIMIT_MIB = 600
VALUE = b'{"message_id": "' + b"x" * 684 + b'"}'


def test_600_partitions_in_backlog(
    collector: Collector, store: Store, kafka: Kafka, own_topics: OwnTopics
) -> None:
    topics, count = [f"agent-queue-backlog-{n}" for n in range(200)], 60_000
    with admin(kafka.bootstrap) as client:
        client.create_topics(
            {topic: {"num_partitions": 3, "replication_factor": 1} for topic in topics}
        )
    values: Iterator[records.Record] = (
        (topics[n % 200], n // 200 % 3, VALUE, []) for n in range(count)
    )
    assert records.send(kafka.bootstrap, values) == count
    collector.start(override=own_topics("agent-queue-backlog-.*"))
    wait_until(lambda: store.number("SELECT count() FROM landing_records") >= count, 60)
    assert collector.peak_mib() < LIMIT_MIB


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
    wait_until(lambda: store.number(spans) == 24 * 4000, 90)
    assert collector.peak_mib() < LIMIT_MIB


def test_what_the_memory_limiter_refuses_is_tried_again(
    collector: Collector, store: Store, own_topics: OwnTopics
) -> None:
    override = own_topics()
    spans = large_backlog(collector, override, "refused")
    limiter = {"check_interval": "100ms", "limit_mib": 100, "spike_limit_mib": 40}
    collector.start(override={**override, "processors": {"memory_limiter/ingester": limiter}})
    wait_until(lambda: store.number(spans) == 24 * 4000, 120)
    assert "data refused due to high memory usage" in collector.log.read_text()
