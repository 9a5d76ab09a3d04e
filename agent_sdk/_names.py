"""From an agent's name to its topic and consumer group."""

import re

QUEUE_PREFIX = "agent-queue-"
QUEUE_TEMPLATE = "agent-queue-{agent}"
_MAX_TOPIC = 249


def slug(agent: str) -> str:
    """The agent's name as topics and groups have it: lower case, spaces as dashes.

    Raises ValueError when Kafka would refuse the topic.
    """
    name = agent.strip().lower().replace(" ", "-")
    if not re.fullmatch(r"[a-z0-9._-]+", name):
        raise ValueError(
            f"agent name {agent!r} cannot name a Kafka topic: "
            "use letters a-z, digits, spaces, '.', '_' and '-'"
        )
    if len(QUEUE_PREFIX + name) > _MAX_TOPIC:
        raise ValueError(
            f"agent name {agent[:40]!r}... is too long for a Kafka topic: "
            f"at most {_MAX_TOPIC - len(QUEUE_PREFIX)} characters"
        )
    return name


def queue_topic(agent: str) -> str:
    """`Code Helper` -> `agent-queue-code-helper`. Raises ValueError as `slug` does."""
    return QUEUE_PREFIX + slug(agent)


def consumer_group(agent: str) -> str:
    """`Code Helper` -> `agent-code-helper-consumer`. Raises ValueError as `slug` does."""
    return f"agent-{slug(agent)}-consumer"
