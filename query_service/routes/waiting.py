"""Tasks that wait for an answer, and who reads their queues."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.models.message import pending_task
from query_service.models.queue import Pending, Reading, readings
from query_service.models.values import utc
from query_service.routes.context import Moment, database
from query_service.routes.paging import FIRST, LAST

MOST_IN_LIST = 50
MOST_DEPTH = 10
MOST_CAUSES = 1_000
NO_FILTER: Mapping[str, Any] = {
    "state": "",
    "priority": "",
    "source": "",
    "since": FIRST,
    "until": LAST,
    "sort": "waiting",
    "turn": 1,
    "after_value": 0,
    "after_time": 0,
    "after_id": "",
}


@dataclass(frozen=True)
class Seen:
    """What was seen of the queues' topics, and the topics that somebody reads: a group has members
    there, or has committed something new within the hour. `looked`: no task came since the observer
    looked at open tasks, so a plainer question is enough."""

    topics: dict[str, Reading]
    read: frozenset[str]
    now: datetime
    looked: bool = False

    def of(self, topic: str) -> Reading | None:
        """What was seen of a topic within the hour."""
        found = self.topics.get(topic)
        return found if found and found.is_fresh(self.now) else None

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
            "waits": ["queued" if topic in self.read else "lost" for topic in fresh],
        }


def seen_topics(
    asked: Moment, rows: list[Row], looked: bool = False, lately: list[Row] | None = None
) -> Seen:
    """What `topics_query` gave, with topics that were committed on lately: what `lately_query`
    gave, asked for unless it is known; `looked` as in Seen."""
    seen = readings(rows)
    read = {topic for topic, reading in seen.items() if reading.members}
    if lately is None:
        query = lately_query(asked, rows)
        lately = database().rows(*query) if query[1]["topics"] else []
    read |= {row["topic"] for row in lately}
    return Seen(seen, frozenset(read), asked.now, looked)


def lately_query(asked: Moment, rows: list[Row]) -> tuple[str, dict[str, Any]]:
    """The query for the topics without members that were committed on lately."""
    seen = readings(rows).items()
    unread = [topic for topic, reading in seen if not reading.members and reading.groups]
    return "queues/committed_lately", {**asked.parameters, "topics": unread}


def variant(asked: Moment, looked: bool) -> str:
    """The end of the name of the SQL file about open tasks that is to be asked."""
    if asked.is_past:
        return "at"
    return "settled" if looked else "now"


def topics_query(asked: Moment) -> tuple[str, dict[str, str]]:
    """The query for what was seen of the topics."""
    if asked.is_past:
        return "queues/topics_at", {"at": asked.parameters["at"]}
    return "queues/topics_now", {}


def pending_of(
    asked: Moment, seen: Seen, agent: str, limit: int, filters: Mapping[str, Any] = NO_FILTER
) -> list[Row]:
    """Pending tasks of one agent, or at a past time of all of them; one at least of each, for the
    totals that it carries."""
    name = f"queues/pending_{variant(asked, seen.looked)}"
    chosen = {
        **asked.parameters,
        **seen.parameters,
        **filters,
        "agent": agent,
        "limit": max(limit, 1),
    }
    return database().rows(name, chosen)


def by_agent(asked: Moment, seen: Seen) -> dict[str, Pending]:
    """Pending tasks of every agent, the oldest 50 of each as JSON."""
    if not asked.is_past:
        chosen = {"now": asked.parameters["now"], **seen.parameters}
        name = "queues/pending_by_agent" + ("_settled" if seen.looked else "")
        rows = database().rows(name, chosen)
        return {
            row["agent"]: Pending(
                row["pending_tasks"],
                row["by_state"],
                row["by_priority"],
                utc(row["oldest"]),
                row["pending"],
                row["shown"],
            )
            for row in rows
        }
    found: dict[str, list[Row]] = {}
    for row in pending_of(asked, seen, "", MOST_IN_LIST):
        found.setdefault(row["agent"], []).append(row)
    return {agent: of_rows(rows, asked) for agent, rows in found.items()}


def of_rows(rows: list[Row], asked: Moment) -> Pending:
    """Pending tasks of one agent, of its rows; the first has the totals."""
    if not rows:
        return Pending()
    first = rows[0]
    return Pending(
        first["pending_tasks"],
        first["by_state"],
        first["by_priority"],
        utc(first["event_time"]),
        ", ".join(json.dumps(pending_task(row, asked.now, whole=False)) for row in rows),
        len(rows),
    )


def blocked(asked: Moment, seen: Seen, rows: list[Row]) -> dict[str, list[dict[str, Any]]]:
    """By task the open tasks that wait for its answer: the one that its sender worked on when it
    sent the task, the one that waits for that, and so on."""
    known: dict[str, Row | None] = {}
    name = f"queues/open_{variant(asked, seen.looked)}"
    wanted = {row["cause_message_id"] for row in rows} - {""}
    for _ in range(MOST_DEPTH):
        if not wanted:
            break
        ids = {"ids": sorted(wanted)[:MOST_CAUSES]}
        found = database().rows(name, {**asked.parameters, **seen.parameters, **ids})
        known |= dict.fromkeys(wanted) | {row["message_id"]: row for row in found}
        wanted = {row["cause_message_id"] for row in found} - known.keys() - {""}
    return {row["message_id"]: _chain(row, known) for row in rows}


def _chain(row: Row, known: dict[str, Row | None]) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    seen = {row["message_id"]}
    above = known.get(row["cause_message_id"])
    while above and above["message_id"] not in seen and len(told) < MOST_DEPTH:
        seen.add(above["message_id"])
        told.append(
            {
                "message_id": above["message_id"],
                "agent": above["agent"],
                "depth": len(told) + 1,
            }
        )
        above = known.get(above["cause_message_id"])
    return told
