"""Who reads the queues that tasks wait in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.models.queue import Reading, readings
from query_service.models.topics import topics
from query_service.routes.context import Moment, database

QUEUE = "agent-queue-"


@dataclass(frozen=True)
class Seen:
    """What was seen of the queues' topics, and the topics that somebody reads: a group has members
    there, or has committed something new within the hour."""

    topics: dict[str, Reading]
    read: frozenset[str]
    now: datetime

    def of(self, topic: str) -> Reading | None:
        """What was seen of a topic within the hour."""
        found = self.topics.get(topic)
        return found if found and found.is_fresh(self.now) else None

    def wait(self, agent: str) -> str:
        """How a task waits in the queue of an agent that nobody has taken it from."""
        topic = f"{QUEUE}{agent}"
        if not self.of(topic):
            return "unknown"
        return "queued" if topic in self.read else "lost"

    @property
    def parameters(self) -> dict[str, list[Any]]:
        """Parameters of the views of open tasks."""
        places = [(t, p, r) for t, r in self.topics.items() for p in r.begins]
        fresh = [topic for topic in self.topics if self.of(topic)]
        return {
            "places": [f"{topic}/{partition}" for topic, partition, _ in places],
            "passed": [reading.passed.get(partition, 0) for _, partition, reading in places],
            "begins": [reading.begins[partition] for _, partition, reading in places],
            "topics": fresh,
            "waits": [self.wait(topic.removeprefix(QUEUE)) for topic in fresh],
        }


def last_seen(rows: list[Row]) -> dict[str, Reading]:
    """What `topics_query` gave, by topic."""
    own = [row for row in topics(rows) if not row["topic"] or row["topic"].startswith(QUEUE)]
    return readings(own)


def lately_query(asked: Moment, found: dict[str, Reading]) -> list[tuple[str, dict[str, Any]]]:
    """The query for topics without members that were committed on lately, of those that were seen
    within the hour; none when there are members everywhere."""
    unread = [
        topic
        for topic, reading in found.items()
        if not reading.members and reading.groups and reading.is_fresh(asked.now)
    ]
    if not unread:
        return []
    return [("queues/committed_lately", {**asked.parameters, "topics": unread})]


def seen_of(asked: Moment, found: dict[str, Reading], lately: list[Row]) -> Seen:
    """What `last_seen` and `lately_query` gave."""
    read = {topic for topic, reading in found.items() if reading.members}
    return Seen(found, frozenset(read | {row["topic"] for row in lately}), asked.now)


def seen_topics(asked: Moment, rows: list[Row]) -> Seen:
    """What `topics_query` gave."""
    found = last_seen(rows)
    lately = [row for query in lately_query(asked, found) for row in database().rows(*query)]
    return seen_of(asked, found, lately)


def topics_query(asked: Moment, agent: str = "") -> tuple[str, dict[str, str]]:
    """The query for what was seen of the topics, or of the queue of one agent."""
    chosen = {"topic": f"{QUEUE}{agent}" if agent else ""}
    if asked.is_past:
        return "queues/topics_at", {"at": asked.parameters["at"], **chosen}
    return ("queues/topics_now", chosen) if agent else ("queues/topics_all", {})
