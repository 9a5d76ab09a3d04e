"""kill -9 in the middle of traffic: every offset is there, every answer counts it once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from bench.messages import agent_messages

from query_service.db import connect
from tests.e2e.kafka import send
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
@pytest.mark.timeout(600)
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
        wait_until(lambda: stored() > MESSAGES // 20, 120)
        stack.kill("collector")
        wait_until(lambda: stored() > MESSAGES // 4, 180)
        stack.kill("clickhouse")
        wait_until(lambda: stored() > MESSAGES // 2, 180)
        stack.kill("collector")
        stack.kill("clickhouse")
        sent = sending.result()

    assert len(set(sent)) == MESSAGES
    wait_until(lambda: stored() == MESSAGES, 180)
    positions = client.query(
        "SELECT DISTINCT topic, partition, offset FROM agent_messages "
        "WHERE startsWith(topic, 'agent-queue-killed-')"
    ).result_rows
    assert {tuple(p) for p in positions} == set(sent)
    assert client.query(COUNTS).result_rows[0] == (MESSAGES, MESSAGES, MESSAGES)
    client.command("OPTIMIZE TABLE agent_messages FINAL")
    assert client.query(COUNTS).result_rows[0] == (MESSAGES, MESSAGES, MESSAGES)
