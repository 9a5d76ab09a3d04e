"""The topics command: names, and making them again."""

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from query_service.cli.topics import CONFIGS, PARTITIONS, ensure, names
from tests.stack import Stack
from tests.waiting import wait_until


def test_a_queue_is_named_by_the_agent_in_lower_case_with_dashes() -> None:
    queues = [name for name in names(" Code Reviewer,b,,") if name.startswith("agent-queue-")]
    assert queues == ["agent-queue-code-reviewer", "agent-queue-b"]


def test_telemetry_topics_are_made_without_any_agent() -> None:
    assert set(names("")) == {
        "agent-telemetry-otlp-traces",
        "agent-telemetry-otlp-logs",
        "agent-telemetry-otlp-metrics",
        "agent-telemetry-spans",
        "agent-telemetry-traces",
        "agent-telemetry-events",
        "agent-telemetry-handoffs",
        "agent-telemetry-metrics",
        "agent-telemetry-errors",
    }


@pytest.mark.stack
def test_topics_are_made_once_and_old_ones_get_the_settings(stack: Stack) -> None:
    admin = KafkaAdminClient(bootstrap_servers=stack.kafka)
    old, new = "agent-queue-topics-old", "agent-queue-topics-new"
    try:
        admin.create_topics({old: {"num_partitions": 1}}, wait_for_metadata=True)
        assert ensure(admin, [old, new]) == [new]
        admin.wait_for_topics([new], timeout_ms=60_000)
        assert ensure(admin, [old, new]) == []
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in (old, new)]

        def are_set() -> bool:
            told = admin.describe_configs(resources)["topic"]
            configs = [{k: str(v["value"]) for k, v in told[name].items()} for name in (old, new)]
            return all(CONFIGS.items() <= each.items() for each in configs)

        wait_until(are_set, 60)
        partitions = {
            topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics([old, new])
        }
        assert partitions == {old: 1, new: PARTITIONS}
    finally:
        admin.close()
