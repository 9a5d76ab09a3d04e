"""How fast records become rows: the whole path beside a direct insert into the same tables."""

import base64
import time
from datetime import UTC, datetime

from clickhouse_connect.driver.client import Client
from kafka import KafkaProducer

from bench.messages import agent_messages

INSERT_ROWS = 8_000
_STORED = """
SELECT sum(rows) FROM system.parts
WHERE database = currentDatabase() AND table = 'agent_messages' AND active
"""

_TABLES = """
SELECT name FROM system.tables
WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND total_rows > 0
    AND name != 'schema_migrations'
"""
_MERGES = "SELECT count() FROM system.merges"

Records = list[tuple[str, bytes, bytes]]


def records(count: int, size: int) -> Records:
    """The messages of this benchmark, on queues of their own."""
    made = agent_messages(count, size)
    return [(topic.replace("queue-", "queue-bench-"), key, value) for topic, key, value in made]


def produce(bootstrap: str, messages: Records) -> float:
    """Send the messages to Kafka; seconds until all were acknowledged."""
    producer = KafkaProducer(
        bootstrap_servers=bootstrap, batch_size=262_144, linger_ms=20, compression_type="lz4"
    )
    started = time.monotonic()
    futures = [producer.send(topic, key=key, value=value) for topic, key, value in messages]
    for future in futures:
        future.get(timeout=120)
    seconds = time.monotonic() - started
    producer.close(timeout=10)
    return seconds


def insert_directly(client: Client, messages: Records) -> float:
    """Insert the same rows as the Collector would, from one thread; seconds."""
    columns = ["Timestamp", "Body", "LogAttributes"]
    rows = [_row(number, message) for number, message in enumerate(messages)]
    started = time.monotonic()
    for first in range(0, len(rows), INSERT_ROWS):
        client.insert("landing_messages", rows[first : first + INSERT_ROWS], columns)
    return time.monotonic() - started


def empty(client: Client) -> None:
    """Take all rows away, once nothing merges them: what follows is measured by itself."""
    for (table,) in client.query(_TABLES).result_rows:
        client.command("TRUNCATE TABLE {table:Identifier}", {"table": table})
    while client.query(_MERGES).result_rows[0][0]:
        time.sleep(0.1)


def wait_stored(client: Client, count: int, timeout: float = 600) -> float:
    """Seconds until agent_messages has `count` rows; asks for part sizes, which is cheap.

    Raises TimeoutError.
    """
    started = time.monotonic()
    while (stored := client.query(_STORED).result_rows[0][0]) < count:
        if time.monotonic() - started > timeout:
            raise TimeoutError(f"{stored} of {count} rows after {timeout} s")
        time.sleep(0.1)
    return time.monotonic() - started


def _row(number: int, message: tuple[str, bytes, bytes]) -> list[object]:
    topic, _, value = message
    position = {"kafka.topic": topic, "kafka.partition": "0", "kafka.offset": str(number)}
    return [datetime.now(UTC), base64.b64encode(value).decode(), position]
