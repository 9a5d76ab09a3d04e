"""Records to Kafka, for the few endpoints of operators that write."""

import json
from collections.abc import Sequence
from typing import Any

from kafka.errors import KafkaError, MessageSizeTooLargeError
from kafka.producer import KafkaProducer

from query_service.errors import TooLarge, Unavailable
from query_service.observer.kafka_client import check_reachable

TIMEOUT_MS = 10_000
_SERVICE = b"agent-telemetry-query-service"


def send(servers: str, records: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Send JSON records, each with its topic, and wait until Kafka has them all.

    Raises TooLarge and Unavailable.
    """
    check_reachable(servers)
    try:
        producer = KafkaProducer(
            bootstrap_servers=servers,
            client_id="agent-telemetry-query-service",
            acks="all",
            request_timeout_ms=TIMEOUT_MS,
            delivery_timeout_ms=TIMEOUT_MS,
            max_block_ms=TIMEOUT_MS,
            bootstrap_timeout_ms=TIMEOUT_MS,
        )
    except KafkaError as error:
        raise Unavailable(f"Kafka does not answer at {servers}: {error}") from error
    try:
        sent = [
            producer.send(topic, json.dumps(value).encode(), headers=[("service", _SERVICE)])
            for topic, value in records
        ]
        for one in sent:
            one.get(timeout=TIMEOUT_MS / 1000)
    except MessageSizeTooLargeError as error:
        raise TooLarge(f"Kafka takes no record of that size: {error}") from error
    except KafkaError as error:
        raise Unavailable(f"Kafka did not take it: {error}") from error
    finally:
        producer.close(timeout=5)
