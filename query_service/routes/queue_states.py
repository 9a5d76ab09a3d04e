"""States of open tasks that Kafka decides: `known` is the state of the others."""

from collections import Counter

from query_service.db import Row
from query_service.models.queue import Pending
from query_service.models.values import ns, utc
from query_service.routes.context import Moment
from query_service.routes.waiting import QUEUE, Seen


def of_places(asked: Moment, seen: Seen, totals: list[Row], first: list[Row]) -> dict[str, Pending]:
    """Pending tasks of every agent, of their totals and the oldest of each: states that Kafka
    decides are found here."""
    now, texts = ns(asked.now), dict[str, list[str]]()
    queues = {agent: _Queue(seen, agent) for agent in {row["agent"] for row in (*totals, *first)}}
    for row in first:
        agent, waited = row["agent"], now - row["sent_ns"]
        queue = queues[agent]
        state = row["known"] or queue.state(row["partition"], row["offset"])
        before = queue.before(row["partition"], row["offset"])
        waiting = 'null, "clock_skew": true' if waited < 0 else round(waited / 1e9, 6)
        texts.setdefault(agent, []).append(
            f'{{"message_id": {row["quoted_id"]}, "state": "{state}", "waiting_seconds": {waiting},'
            f' "messages_before": {"null" if before is None else before}{row["listed"]}'
        )
    found = {}
    for row in totals:
        queue, shown = queues[row["agent"]], texts.get(row["agent"], [])
        states = Counter(map(queue.state, row["partitions"], row["offsets"]))
        states.update(expired=row["expired"], in_progress=row["in_progress"])
        found[row["agent"]] = Pending(
            row["pending_tasks"],
            dict(states),
            row["by_priority"],
            utc(row["oldest"]),
            ", ".join(shown),
            len(shown),
        )
    return found


def of_page(seen: Seen, agent: str, rows: list[Row]) -> list[Row]:
    """Pending tasks of one agent with their states, and how many messages come before each."""
    queue = _Queue(seen, agent)
    return [
        {
            **row,
            "state": row["known"] or queue.state(row["partition"], row["offset"]),
            "behind": queue.before(row["partition"], row["offset"]),
        }
        for row in rows
    ]


def of_edges(seen: Seen, rows: list[Row]) -> list[Row]:
    """Numbers of tasks by sender and receiver: those that were not consumed are `unknown`."""
    found = []
    for row in rows:
        queue = _Queue(seen, row["target"])
        waiting = sum(map(queue.is_waiting, row["partitions"], row["offsets"]))
        consumed = len(row["offsets"]) - waiting
        found.append({**row, "in_progress": row["in_progress"] + consumed, "unknown": waiting})
    return found


class _Queue:
    """What was seen of the queue of an agent."""

    def __init__(self, seen: Seen, agent: str) -> None:
        reading = seen.topics.get(f"{QUEUE}{agent}")
        self._passed = reading.passed if reading else {}
        self._begins = reading.begins if reading else {}
        self._wait = seen.wait(agent)

    def state(self, partition: int, offset: int) -> str:
        """Of a task that is not expired, and that nobody said to work on."""
        return self._wait if self.is_waiting(partition, offset) else "in_progress"

    def is_waiting(self, partition: int, offset: int) -> bool:
        """Whether no group, or not every one, has committed beyond it."""
        return self._passed.get(partition, 0) <= offset

    def before(self, partition: int, offset: int) -> int | None:
        """Messages before it that are not consumed."""
        begin = self._begins.get(partition, -1)
        return None if begin < 0 else max(0, offset - begin)
