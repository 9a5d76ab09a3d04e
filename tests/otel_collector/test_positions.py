"""Every row tells where its record lies, whatever the sender claims."""

import pytest

from tests.otel_collector import otlp, records
from tests.otel_collector.parts import Collector, Kafka, Override, OwnTopics, Store, admin
from tests.waiting import wait_until

pytestmark = pytest.mark.stack


def topic_of(override: Override) -> str:
    """Where the gateway writes spans."""
    traces = override["exporters"]["kafka"]["traces"]
    assert isinstance(traces, dict)
    return str(traces["topic"])


def test_a_span_cannot_claim_a_position(
    collector: Collector, store: Store, kafka: Kafka, own_topics: OwnTopics
) -> None:
    override = own_topics()
    topic = topic_of(override)
    collector.start(override=override)
    claim = {"kafka.topic": "agent-queue-liar", "kafka.partition": "77", "kafka.offset": "-1"}
    for number in range(30):
        otlp.send_grpc(collector.grpc, otlp.spans(f"claim-{number}", 3, resource=claim))
    sql = (
        "SELECT SpanName, ResourceAttributes['kafka.topic'], ResourceAttributes['kafka.partition'],"
        " ResourceAttributes['kafka.offset'] FROM landing_traces WHERE SpanName LIKE 'claim-%'"
    )
    wait_until(lambda: len(store.rows(sql)) >= 90, 30)
    placed = {tuple(row) for row in store.rows(sql)}
    assert len(placed) == 30, "each request is one record, its three spans share a position"
    assert len({tuple(row[1:]) for row in placed}) == 30
    assert {row[1] for row in placed} == {topic}
    assert {row[2] for row in placed} <= {"0", "1", "2"}


def test_a_queue_record_keeps_position_headers_and_every_byte(
    collector: Collector, store: Store, kafka: Kafka, own_topics: OwnTopics
) -> None:
    topic = "agent-queue-positions"
    with admin(kafka.bootstrap) as client:
        client.create_topics({topic: {"num_partitions": 2, "replication_factor": 1}})
    headers = [
        ("traceparent", b"first"),
        ("traceparent", b"second"),
        ("kafka.topic", b"agent-queue-liar"),
        ("Kafka.Offset", b"99"),
        ("secret", b"x"),
        ("message-id", b"\xff\x00"),
    ]
    value = bytes(range(256)) * 4
    records.send(kafka.bootstrap, [(topic, n % 2, value + b"%d" % n, headers) for n in range(10)])
    collector.start(("ingester",), own_topics(topic))
    wait_until(lambda: store.number("SELECT count() FROM landing_messages") >= 10, 30)
    rows = store.rows(
        "SELECT DISTINCT LogAttributes['kafka.topic'], LogAttributes['kafka.partition'],"
        " LogAttributes['kafka.offset'], hex(base64Decode(Body)) FROM landing_messages"
    )
    assert sorted(rows) == sorted(
        [topic, str(n % 2), str(n // 2), (value + b"%d" % n).hex().upper()] for n in range(10)
    )
    assert store.rows(
        "SELECT DISTINCT LogAttributes['kafka.header.traceparent'],"
        " hex(LogAttributes['kafka.header.message-id']), length(LogAttributes)"
        " FROM landing_messages"
    ) == [["first", "FF00", "5"]]
    assert (
        store.number("SELECT countIf(abs(Timestamp - now64(9)) > 600) FROM landing_messages") == 0
    )
