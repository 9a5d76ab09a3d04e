"""Sending to and reading from the real Kafka of a test."""

from collections.abc import Iterable

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

Record = tuple[str, bytes | None, bytes]
Position = tuple[str, int, int]


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
