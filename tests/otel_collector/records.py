"""Writing records as any agent would."""

from collections.abc import Iterable, Sequence

from kafka.producer import KafkaProducer

from tests.otel_collector.parts import API_VERSION

Header = tuple[str, bytes]
Record = tuple[str, int, bytes, Sequence[Header]]


def send(bootstrap: str, records: Iterable[Record]) -> int:
    """Write (topic, partition, value, headers) each; gives how many were acknowledged."""
    producer = KafkaProducer(
        bootstrap_servers=bootstrap,
        api_version=API_VERSION,
        batch_size=262_144,
        max_request_size=2**24,
    )
    futures = [
        producer.send(topic, value, partition=partition, headers=list(headers))
        for topic, partition, value, headers in records
    ]
    producer.flush(120)
    producer.close()
    return sum(future.succeeded() for future in futures)
