"""Odd records through the real Kafka: nothing stops, nothing vanishes, no neighbour is lost."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from query_service.db import connect
from tests.e2e import stored
from tests.e2e.kafka import send
from tests.stack import Stack
from tests.waiting import wait_until

TOPIC = "agent-queue-odd"
JSON_TOPICS = ("spans", "traces", "events", "handoffs", "metrics", "errors")
PLAIN = {
    "message_id": "m",
    "source_agent": "A",
    "target_agent": "Odd",
    "message_type": "task",
    "priority": "normal",
    "payload": {"text": "x"},
    "trace_id": None,
    "span_id": None,
    "parent_message_id": None,
    "reason": "r",
    "timestamp": "2026-11-22T11:50:41.653824",
    "ttl_seconds": None,
}
ODD_TIMES: list[Any] = [
    "1970-01-01T00:00:00",
    "2200-01-01T00:00:00",
    "9999-12-31T23:59:59",
    "0001-01-01",
    "yesterday",
    "",
    None,
    17,
    -1,
    1e300,
    [],
    {},
    True,
    "2026-11-22T11:50:41+14:00",
]
ODD_BYTES = [
    b"",
    b"null",
    b"17",
    b'"text"',
    b"[1, 2]",
    b"{",
    b"\x00" * 100,
    b"\xff\xfe\xfd",
    b'{"message_id": "\xff"}',
    b"[" * 5000,
    b'{"a": ' * 2000 + b"1" + b"}" * 2000,
    b'{"n": 1e999999}',
    b'{"message_id": NaN}',
    b"x" * 10_000_000,
]


def _messages(rng: random.Random) -> list[bytes]:
    values: list[Any] = [
        None,
        0,
        -1,
        1.5,
        "",
        "x" * 100_000,
        [],
        {},
        [None],
        {"a": {"b": []}},
        True,
    ]
    odd = [PLAIN | {"message_id": f"{k}-{i}", k: v} for k in PLAIN for i, v in enumerate(values)]
    odd += [PLAIN | {"message_id": f"time-{i}", "timestamp": t} for i, t in enumerate(ODD_TIMES)]
    today = datetime.now(UTC)
    odd += [
        PLAIN | {"message_id": f"day-{d}", "timestamp": (today - timedelta(days=d)).isoformat()}
        for d in range(150)
    ]
    odd.append(PLAIN | {"message_id": "huge", "payload": {"text": "y" * 10_000_000}})
    plain = json.dumps(PLAIN).encode()
    mutated = []
    for _ in range(300):
        value = bytearray(plain)
        for _ in range(rng.randint(1, 5)):
            value[rng.randrange(len(value))] = rng.randrange(256)
        mutated.append(bytes(value))
    return [json.dumps(o).encode() for o in odd] + mutated


@pytest.mark.stack
@pytest.mark.timeout(900)
def test_odd_records_are_kept_and_stop_nothing(stack: Stack) -> None:
    seed = random.randrange(1 << 32)
    print("seed", seed)
    rng = random.Random(seed)
    odd = [(TOPIC, None, value) for value in (*_messages(rng), *ODD_BYTES)]
    odd += [
        (f"agent-telemetry-{kind}", None, value)
        for kind in JSON_TOPICS
        for value in (*ODD_BYTES, b"{}", b'{"timestamp": null}', b'{"spans": 5, "metrics": []}')
    ]
    rng.shuffle(odd)
    neighbours = [
        (TOPIC, None, json.dumps(PLAIN | {"message_id": f"neighbour-{i}"}).encode())
        for i in range(len(odd))
    ]
    mixed = [record for pair in zip(odd, neighbours, strict=True) for record in pair]
    positions = send(stack.kafka, mixed)
    sent = dict(zip(positions, (value for _, _, value in mixed), strict=True))
    client = connect(stack.settings)
    wait_until(lambda: not stored.missing(client, sent), 300, every=0.5)
    stored.merge(client)
    assert stored.missing(client, sent) == set()

    names = "SELECT uniqExact(message_id) FROM agent_messages FINAL WHERE topic = {topic:String}"
    for prefix, expected in (("neighbour-", len(neighbours)), ("day-", 150)):
        found = client.query(
            f"{names} AND startsWith(message_id, {{prefix:String}})",
            parameters={"topic": TOPIC, "prefix": prefix},
        ).result_rows
        assert found == [(expected,)], prefix
