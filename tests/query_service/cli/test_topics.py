"""The topics command: names, and making them again."""

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from query_service.cli.topics import CONFIGS, PARTITIONS, ensure, names
from tests.stack import Stack


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
        assert ensure(admin, [old, new]) == []
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in (old, new)]
        told = admin.describe_configs(resources)["topic"]
        for name in (old, new):
            configs = {key: str(value["value"]) for key, value in told[name].items()}
            assert CONFIGS.items() <= configs.items()
        partitions = {
            topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics([old, new])
        }
        assert partitions == {old: 1, new: PARTITIONS}
    finally:
        admin.close()
