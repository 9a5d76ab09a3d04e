"""Queues."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.models.cursor import END
from query_service.models.values import iso, normalise, ns, utc

Task = tuple[int, str, int, int, int, int, int, str, str]
"""A row of `queues/open_now`."""
STATES = ("queued", "in_progress", "expired", "lost", "unknown")
UNOBSERVED_SECONDS = 3_600
"""What was last seen of a queue longer ago says nothing of now."""


@dataclass(frozen=True)
class Pending:
    """Tasks of one queue without an answer; `texts` are the `shown` oldest of them as JSON, in
    pieces; `first` the same as rows, before their texts are known."""

    total: int = 0
    by_state: dict[str, int] = field(default_factory=dict)
    by_priority: dict[str, int] = field(default_factory=dict)
    oldest: datetime | None = None
    texts: list[bytes] = field(default_factory=list)
    shown: int = 0
    first: Sequence[Task] = ()


@dataclass(frozen=True)
class Reading:
    """Who reads one topic, as last seen: members of all groups, and lag of each."""

    members: int
    groups: list[str]
    lag: dict[str, int]
    observed_at: datetime
    passed: dict[int, int]
    """By partition the offset below which every group has committed."""
    begins: dict[int, int]
    """By partition the first offset that some group has not committed, or that is kept."""

    def is_fresh(self, now: datetime) -> bool:
        """Whether it was seen within the hour."""
        return (now - self.observed_at).total_seconds() <= UNOBSERVED_SECONDS


def readings(rows: list[Row]) -> dict[str, Reading]:
    """What was seen of each topic. The members of a group count where it was not seen which of
    them have the topic: in a group that reads other topics too, nobody may."""
    whole: dict[str, int] = next((row["members"] for row in rows if not row["topic"]), {})
    return {
        row["topic"]: Reading(
            sum(row["members"].values())
            + sum(whole.get(g, 0) for g in row["groups"] if g not in row["members"]),
            sorted(row["groups"]),
            row["lag"],
            utc(row["observed_at"]),
            {
                partition: offset
                for partition, offset in row["lowest"].items()
                if row["committing"][partition] == len(row["groups"])
            },
            row["oldest"] | row["lowest"],
        )
        for row in rows
        if row["topic"]
    }


def drain_seconds(pending: int, arrived: int, completed: int, seconds: float) -> float | None:
    """How long it takes until nothing waits, at these rates; None when it does not get less."""
    if not pending:
        return 0.0
    if completed <= arrived:
        return None
    return round(pending * seconds / (completed - arrived), 1)


def queue(
    agent: str,
    counts: Row | None,
    pending: Pending,
    reading: Reading | None,
    rate_since: datetime,
    now: datetime,
) -> dict[str, Any]:
    """One queue without its tasks. `counts` has messages, rates and times."""
    found = counts or {}
    seconds = (now - rate_since).total_seconds()
    arrived, completed = found.get("arrived", 0), found.get("completed", 0)
    waited = (now - utc(pending.oldest)).total_seconds() if pending.oldest else None
    return {
        "agent_name": agent,
        "queue_topic": f"agent-queue-{normalise(agent)}",
        "total_messages": found.get("total_messages", 0),
        "deliveries": found.get("all_deliveries", 0),
        "messages_by_type": _counted(found.get("by_type", {})),
        "messages_by_priority": _counted(found.get("by_priority", {})),
        "pending_tasks": pending.total,
        **{state: pending.by_state.get(state, 0) for state in STATES},
        "pending_by_priority": pending.by_priority,
        "oldest_waiting_seconds": None if waited is None else max(0.0, waited),
        "arrival_rate_per_minute": round(arrived * 60 / seconds, 3),
        "completion_rate_per_minute": round(completed * 60 / seconds, 3),
        "drain_seconds": drain_seconds(pending.total, arrived, completed, seconds),
        "consumer_lag": max(reading.lag.values(), default=None) if reading else None,
        "consumers": reading.members if reading else None,
        "consumer_groups": reading.groups if reading else [],
        "last_activity": iso(found.get("last_seen")),
    }


def sort_key(
    order: str, agent: str, counts: Row | None, pending: Pending, reading: Reading | None
) -> tuple[int, str]:
    """What a queue is sorted by, the least first."""
    match order:
        case "pending":
            return -pending.total, agent
        case "waiting":
            return ns(pending.oldest) if pending.oldest else END, agent
        case "lag":
            return -max(reading.lag.values(), default=-1) if reading else 1, agent
        case "activity":
            seen = counts.get("last_seen") if counts else None
            return -ns(seen) if seen else 1, agent
        case _:
            return 0, agent


def _counted(numbers: dict[str, int]) -> dict[str, int]:
    """The numbers that are not 0: of a repeated record only its delivery counts."""
    return {name: number for name, number in sorted(numbers.items()) if number}


def spliced(fields: dict[str, Any], pending: Pending) -> list[bytes]:
    """A queue with its tasks as JSON, in pieces. Tasks are not taken apart: there can be
    thousands."""
    end = f'], "pending_omitted": {pending.total - pending.shown}}}'
    begin = f'{json.dumps(fields)[:-1]}, "pending": ['
    return [begin.encode(), *pending.texts, end.encode()]
