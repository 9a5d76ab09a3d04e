"""Memory stays bounded when every partition has a backlog."""

from collections.abc import Callable

import pytest

from tests.otel_collector import otlp, records
from tests.otel_collector.parts import Collector, Kafka, Store, admin
from tests.waiting import wait_until

pytestmark = pytest.mark.stack
Groups = Callable[..., dict[str, object]]
LIMIT_MIB = 600
VALUE = b'{"message_id": "' + b"x" * 684 + b'"}'


def test_600_partitions_in_backlog(
    collector: Collector, store: Store, kafka: Kafka, own_groups: Groups
) -> None:
    topics, count = [f"agent-queue-backlog-{n}" for n in range(200)], 90_000
    with admin(kafka.bootstrap) as client:
        client.create_topics(
            {topic: {"num_partitions": 3, "replication_factor": 1} for topic in topics}
        )
    values = ((topics[n % 200], n // 200 % 3, VALUE, []) for n in range(count))
    assert records.send(kafka.bootstrap, values) == count
    collector.start(override=own_groups("agent-queue-backlog-.*"))
    wait_until(lambda: store.number("SELECT count() FROM landing_records") >= count, 60)
    assert collector.peak_mib() < LIMIT_MIB


def test_many_large_requests_in_backlog(
    collector: Collector, store: Store, own_groups: Groups
) -> None:
    collector.start(("gateway",))
    body = otlp.spans("backlog", 4000, 2000).SerializeToString()
    for _ in range(24):
        assert otlp.send_http(collector.http, body).status_code == 200
    collector.stop()
    collector.start(override=own_groups())
    rows = "SELECT count() FROM landing_traces WHERE SpanName = 'backlog'"
    wait_until(lambda: store.number(rows) >= 24 * 4000, 90)
    assert collector.peak_mib() < LIMIT_MIB
