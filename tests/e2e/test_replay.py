"""Consumed again from the beginning by new groups: every answer is the same."""

import json
from datetime import UTC, datetime

import pytest
from kafka import KafkaAdminClient

from tests.busy import Busy
from tests.e2e.answers import all_answers
from tests.e2e.kafka import end_offsets
from tests.stack import Stack
from tests.waiting import wait_until

GROUP_TOPICS = {
    "agent-telemetry-ingester-json": ("agent-queue-", "agent-telemetry-"),
    "agent-telemetry-ingester-otlp-traces": ("agent-telemetry-otlp-traces",),
    "agent-telemetry-ingester-otlp-logs": ("agent-telemetry-otlp-logs",),
    "agent-telemetry-ingester-otlp-metrics": ("agent-telemetry-otlp-metrics",),
}


def _behind(stack: Stack) -> dict[tuple[str, int], int]:
    """Records between the committed and the end offset of each partition, where there are any."""
    admin = KafkaAdminClient(bootstrap_servers=stack.kafka)
    try:
        topics = [t for t in admin.list_topics() if not t.startswith("__")]
        ends = end_offsets(stack.kafka, topics)
        committed: dict[tuple[str, int], int] = {}
        for group in GROUP_TOPICS:
            offsets = admin.list_group_offsets([group])[group]
            committed |= {(tp.topic, tp.partition): o.offset for tp, o in offsets.items()}
    finally:
        admin.close()
    return {p: end - committed.get(p, 0) for p, end in ends.items() if end > committed.get(p, 0)}


@pytest.mark.stack
@pytest.mark.timeout(600)
def test_answers_are_the_same_after_a_replay(busy: Busy) -> None:
    stack = busy.stack
    wait_until(lambda: not _behind(stack), 60)
    at = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    before = all_answers(stack.query_url, at)
    assert before["/api/v1/queues"]["total_messages"] > 0
    assert before["/api/v1/errors/summary"]["total_errors"] > 0

    stack.stop("collector")
    admin = KafkaAdminClient(bootstrap_servers=stack.kafka)
    admin.delete_groups(list(GROUP_TOPICS))
    admin.close()
    stack.start("collector")
    wait_until(lambda: not _behind(stack), 120)

    after = all_answers(stack.query_url, at)
    for path, answer in before.items():
        assert json.dumps(after[path], sort_keys=True) == json.dumps(answer, sort_keys=True), path
