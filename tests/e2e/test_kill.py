"""kill -9 in the middle of traffic: every offset is there, every answer counts it once."""

import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from bench.messages import agent_messages

from query_service.db import connect
from tests.e2e.kafka import Record, send
from tests.stack import Stack
from tests.waiting import wait_until

MESSAGES = 100_000
COUNTS = """
SELECT
    uniqExact(topic, partition, offset) AS positions,
    count() AS rows,
    uniqExact(message_id) AS messages
FROM agent_messages FINAL
WHERE startsWith(topic, 'agent-queue-killed-')
"""


@pytest.mark.stack
@pytest.mark.timeout(1200)
def test_no_record_is_lost_or_counted_twice(stack: Stack) -> None:
    records = [
        (topic.replace("queue-", "queue-killed-"), key, value)
        for topic, key, value in agent_messages(MESSAGES, seed=7)
    ]
    client = connect(stack.settings)

    def stored() -> int:
        try:
            return int(client.query(COUNTS).result_rows[0][0])
        except Exception as error:  # ClickHouse is being killed
            assert "agent_messages" not in str(error), error
            return 0

    with ThreadPoolExecutor() as pool:
        sending = pool.submit(send, stack.kafka, records)
        wait_until(lambda: stored() > MESSAGES // 20, 300)
        stack.kill("collector")
        wait_until(lambda: stored() > MESSAGES // 4, 300)
        stack.kill("clickhouse")
        wait_until(lambda: stored() > MESSAGES // 2, 300)
        stack.kill("collector")
        stack.kill("clickhouse")
        sent = sending.result()

    assert len(set(sent)) == MESSAGES
    wait_until(lambda: stored() == MESSAGES, 300)
    positions = client.query(
        "SELECT DISTINCT topic, partition, offset FROM agent_messages "
        "WHERE startsWith(topic, 'agent-queue-killed-')"
    ).result_rows
    assert {tuple(p) for p in positions} == set(sent)
    assert client.query(COUNTS).result_rows[0] == (MESSAGES, MESSAGES, MESSAGES)
    client.command("OPTIMIZE TABLE agent_messages FINAL")
    assert client.query(COUNTS).result_rows[0] == (MESSAGES, MESSAGES, MESSAGES)
    _rest_counts_each_once(stack, records)


def _rest_counts_each_once(stack: Stack, records: Sequence[Record]) -> None:
    """Totals of every queue, now and at a time, and one queue by type of message."""
    sent = Counter(topic.removeprefix("agent-queue-") for topic, _, _ in records)
    of_type = Counter(
        (topic.removeprefix("agent-queue-"), json.loads(value)["message_type"])
        for topic, _, value in records
    )
    answered = {"pending_tasks": 0, "pending": [], "pending_omitted": 0}  # each task has its result
    at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    with httpx.Client(base_url=f"{stack.query_url}/api/v1", timeout=120) as web:

        def get(path: str, **asked: str) -> dict[str, Any]:
            answer: dict[str, Any] = web.get(path, params=asked).raise_for_status().json()
            return answer

        for told in (get("/queues"), get("/queues", at=at)):
            queues = {q["agent_name"]: q for q in told["queues"]}
            for agent, count in sent.items():
                totals = {"total_messages": count, "deliveries": count, **answered}
                assert {name: queues[agent][name] for name in totals} == totals
            assert told["total_messages"] == sum(q["total_messages"] for q in told["queues"])
        for (agent, kind), count in of_type.items():
            queue = get(f"/queues/{agent}", message_type=kind, limit="500")
            totals = {"total_messages": count, "deliveries": count, **answered}
            assert {name: queue[name] for name in totals} == totals
            assert len({m["message_id"] for m in queue["messages"]}) == min(count, 500)
        assert get("/queues/killed-writer/pending")["pending_count"] == 0
