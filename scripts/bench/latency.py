"""Time from produce to visible in the typed table, at a steady rate."""

import json
import time
from threading import Thread

from clickhouse_connect.driver.client import Client
from kafka import KafkaProducer

TOPIC = "agent-queue-bench-latency"
_SEEN = """
SELECT partition, offset FROM agent_messages
WHERE topic = {topic:String} AND offset >= {floor:UInt64}
"""


def visible_after(client: Client, bootstrap: str, rate: int, seconds: int) -> list[float]:
    """Seconds until each of `rate` * `seconds` messages could be queried, sorted.

    A first message makes the topic known, and is not measured. Raises TimeoutError when one is
    not there 60 s after the last was sent.
    """
    sent: dict[tuple[int, int], float] = {}
    producer = KafkaProducer(bootstrap_servers=bootstrap, linger_ms=2)
    producer.send(TOPIC, value=b"{}").get(timeout=30)
    while not client.query(_SEEN, parameters={"topic": TOPIC, "floor": 0}).result_rows:
        time.sleep(0.05)
    sender = Thread(target=_send, args=(producer, rate, seconds, sent), daemon=True)
    sender.start()
    seen: dict[tuple[int, int], float] = {}
    deadline = time.monotonic() + seconds + 60
    while sender.is_alive() or len(seen) < len(sent):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{len(sent) - len(seen)} of {len(sent)} messages are not visible")
        floor = _first_gap(seen)
        rows = client.query(_SEEN, parameters={"topic": TOPIC, "floor": floor}).result_rows
        now = time.time()
        for position in rows:
            seen.setdefault((position[0], position[1]), now)
        time.sleep(0.005)
    producer.close(timeout=5)
    return sorted(seen[position] - at for position, at in sent.items())


def _send(
    producer: KafkaProducer, rate: int, seconds: int, sent: dict[tuple[int, int], float]
) -> None:
    value = json.dumps(
        {"message_id": "bench", "message_type": "heartbeat", "payload": {"text": "x" * 600}}
    ).encode()
    futures = []
    started = time.time()
    for index in range(rate * seconds):
        wait = started + index / rate - time.time()
        if wait > 0:
            time.sleep(wait)
        futures.append((time.time(), producer.send(TOPIC, value=value)))
    for at, future in futures:
        metadata = future.get(timeout=30)
        sent[(metadata.partition, metadata.offset)] = at


def _first_gap(seen: dict[tuple[int, int], float]) -> int:
    """The lowest offset that some partition may still lack."""
    highest: dict[int, int] = {}
    for partition, offset in seen:
        highest[partition] = max(highest.get(partition, 0), offset)
    return max(0, min(highest.values(), default=0) - 20_000)
