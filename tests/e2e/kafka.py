"""Sending to and reading from the real Kafka of a test."""

from collections.abc import Iterable

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

Record = tuple[str, bytes | None, bytes]
Position = tuple[str, int, int]
INGESTERS = tuple(
    f"agent-telemetry-ingester-{kind}"
    for kind in ("json", "otlp-traces", "otlp-logs", "otlp-metrics")
)


def send(bootstrap: str, records: Iterable[Record]) -> list[Position]:
    """Send (topic, key, value) records; their (topic, partition, offset), in the order sent.

    Raises what Kafka answers when one was not taken.
    """
    producer = KafkaProducer(
        bootstrap_servers=bootstrap,
        batch_size=262144,
        linger_ms=20,
        max_request_size=16 * 1024 * 1024,
        compression_type="lz4",
        delivery_timeout_ms=600_000,
    )
    try:
        futures = [producer.send(topic, key=key, value=value) for topic, key, value in records]
        sent = [future.get(timeout=120) for future in futures]
    finally:
        producer.close(timeout=10)
    return [(m.topic, m.partition, m.offset) for m in sent]


def end_offsets(bootstrap: str, topics: Iterable[str]) -> dict[tuple[str, int], int]:
    """The end offset of each partition of the topics."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap)
    try:
        partitions = [
            TopicPartition(topic, p)
            for topic in topics
            for p in consumer.partitions_for_topic(topic) or ()
        ]
        return {(tp.topic, tp.partition): n for tp, n in consumer.end_offsets(partitions).items()}
    finally:
        consumer.close()


def behind(bootstrap: str) -> dict[tuple[str, int], int]:
    """How many records of each partition the pipeline has not stored yet, where there are any."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        topics = [t for t in admin.list_topics() if not t.startswith("__")]
        ends = end_offsets(bootstrap, topics)
        committed: dict[tuple[str, int], int] = {}
        for group in INGESTERS:
            offsets = admin.list_group_offsets([group])[group]
            committed |= {(tp.topic, tp.partition): o.offset for tp, o in offsets.items()}
    finally:
        admin.close()
    return {p: end - committed.get(p, 0) for p, end in ends.items() if end > committed.get(p, 0)}
