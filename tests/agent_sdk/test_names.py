"""From an agent's name to its topic and group, and names that Kafka would refuse."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent_sdk._names import consumer_group, queue_topic, slug


@pytest.mark.parametrize(
    ("agent", "topic", "group"),
    [
        ("writer", "agent-queue-writer", "agent-writer-consumer"),
        ("Code Helper", "agent-queue-code-helper", "agent-code-helper-consumer"),
        (" Planner ", "agent-queue-planner", "agent-planner-consumer"),
        ("v2.beta_1", "agent-queue-v2.beta_1", "agent-v2.beta_1-consumer"),
    ],
)
def test_names_as_other_agents_write_them(agent: str, topic: str, group: str) -> None:
    assert (queue_topic(agent), consumer_group(agent)) == (topic, group)


@pytest.mark.parametrize("agent", ["", "   ", "a/b", "größe", "a:b", "a\nb", "日本", "x" * 238])
def test_a_name_that_gives_no_legal_topic_is_refused(agent: str) -> None:
    with pytest.raises(ValueError, match="Kafka topic"):
        queue_topic(agent)


def test_the_longest_legal_name() -> None:
    assert len(queue_topic("x" * 237)) == 249


@given(st.text(max_size=260))
def test_every_name_is_legal_or_refused(agent: str) -> None:
    try:
        topic = queue_topic(agent)
    except ValueError:
        return
    assert re.fullmatch(r"agent-queue-[a-z0-9._-]+", topic)
    assert len(topic) <= 249
    assert slug(slug(agent)) == slug(agent)
