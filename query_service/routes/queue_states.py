"""States of open tasks that Kafka decides: `known` is the state of the others."""

from query_service.db import Row
from query_service.routes.waiting import QUEUE, Seen


def of_page(seen: Seen, agent: str, rows: list[Row]) -> list[Row]:
    """Pending tasks of one agent with their states, and how many messages come before each."""
    queue = Queue(seen, agent)
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
        queue = Queue(seen, row["target"])
        waiting = sum(map(queue.is_waiting, row["partitions"], row["offsets"]))
        consumed = len(row["offsets"]) - waiting
        found.append({**row, "in_progress": row["in_progress"] + consumed, "unknown": waiting})
    return found


class Queue:
    """What was seen of the queue of an agent: `passed` and `begins` as in Reading, and how a task
    waits there that nobody has taken."""

    def __init__(self, seen: Seen, agent: str) -> None:
        reading = seen.topics.get(f"{QUEUE}{agent}")
        self.passed = reading.passed if reading else {}
        self.begins = reading.begins if reading else {}
        self.wait = seen.wait(agent)

    def state(self, partition: int, offset: int) -> str:
        """Of a task that is not expired, and that nobody said to work on."""
        return self.wait if self.is_waiting(partition, offset) else "in_progress"

    def is_waiting(self, partition: int, offset: int) -> bool:
        """Whether no group, or not every one, has committed beyond it."""
        return self.passed.get(partition, 0) <= offset

    def before(self, partition: int, offset: int) -> int | None:
        """Messages before it that are not consumed."""
        begin = self.begins.get(partition, -1)
        return None if begin < 0 else max(0, offset - begin)
