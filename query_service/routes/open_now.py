"""Tasks that wait for an answer: totals by agent, and the oldest as JSON.

There can be tens of thousands: they come as tuples, and of most of them nothing is made. Of more
than that the views tell, which take longer and no memory of the service.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from heapq import nsmallest
from operator import itemgetter
from typing import Any, NamedTuple

from query_service.db import Row
from query_service.models.queue import Pending, Task
from query_service.models.values import from_ns, ns
from query_service.routes.context import Moment, database
from query_service.routes.kept import bodies, listed_texts
from query_service.routes.open_tasks import OpenTasks
from query_service.routes.queue_states import Queue
from query_service.routes.waiting import Seen

MOST_OPEN = 100_000
"""Tuples of so many take 40 MB, for each request at a time."""
_AGENT_AND_PRIORITY = itemgetter(7, 8)


class OfAgent(NamedTuple):
    """Tasks of one agent, how many there are of each priority, and the oldest."""

    tasks: list[Task]
    priorities: dict[str, int]
    first: list[Task]


def open_now(known: OpenTasks, agent: str, most: int) -> dict[str, OfAgent] | None:
    """Tasks of all agents, or one, with so many of the oldest of each; None when they are too many.
    `known` is plain."""
    chosen = {"agent": agent, **known.told, "most": MOST_OPEN + 1}
    tasks = database().tuples("queues/open_now", chosen)
    return None if len(tasks) > MOST_OPEN else _grouped(tasks, most)


def _grouped(tasks: Sequence[Task], most: int) -> dict[str, OfAgent]:
    of_agent: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        of_agent[task[7]].append(task)
    priorities: dict[str, dict[str, int]] = defaultdict(dict)
    for (agent, priority), number in Counter(map(_AGENT_AND_PRIORITY, tasks)).items():
        priorities[agent][priority] = number
    return {
        agent: OfAgent(own, priorities[agent], nsmallest(most, own))
        for agent, own in of_agent.items()
    }


def open_by_agent(asked: Moment, seen: Seen, tasks: Mapping[str, OfAgent]) -> dict[str, Pending]:
    """Pending tasks of every agent, the oldest as they are."""
    now = ns(asked.now)
    return {agent: _pending(now, Queue(seen, agent), own) for agent, own in tasks.items()}


def _pending(now: int, queue: Queue, own: OfAgent) -> Pending:
    passed, numbers = queue.passed, [0, 0, 0]
    for _, _, _, partition, offset, is_begun, expires, _, _ in own.tasks:
        numbers[2 if expires <= now else is_begun or passed.get(partition, 0) > offset] += 1
    waiting, in_progress, expired = numbers
    states = Counter({queue.wait: waiting, "in_progress": in_progress, "expired": expired})
    oldest, shown = from_ns(own.first[0][0]), len(own.first)
    return Pending(len(own.tasks), states, own.priorities, oldest, first=own.first, shown=shown)


def with_texts(
    asked: Moment, seen: Seen, known: OpenTasks, pending: Mapping[str, Pending]
) -> dict[str, Pending]:
    """The same with the oldest tasks of each agent as JSON; without those that were answered and
    taken out of the table meanwhile."""
    keys = [(task[1], task[2]) for found in pending.values() for task in found.first]
    texts = iter(listed_texts(keys, known.left_out))
    now = ns(asked.now)
    return {
        agent: replace(found, **_listed(now, Queue(seen, agent), found.first, texts))
        for agent, found in pending.items()
    }


def _listed(
    now: int, queue: Queue, tasks: Sequence[Task], texts: Iterator[bytes | None]
) -> dict[str, Any]:
    pieces, begin = list[bytes](), "{"
    for sent, state, before in stated(now, queue, tasks):
        if (text := next(texts)) is None:
            continue
        waited = now // 1000 - sent // 1000
        waiting = 'null, "clock_skew": true' if waited < 0 else waited / 1e6
        behind = "null" if before is None else before
        beside = f'"state": "{state}", "waiting_seconds": {waiting}, "messages_before": {behind}, '
        pieces += (f"{begin}{beside}".encode(), text)
        begin = ", {"
    return {"texts": pieces, "shown": len(pieces) // 2}


def as_rows(asked: Moment, seen: Seen, agent: str, pending: Pending) -> list[Row]:
    """The oldest tasks of one agent as rows with their bodies, as `with_texts`."""
    texts = bodies(agent, [(task[1], task[2]) for task in pending.first])
    states = stated(ns(asked.now), Queue(seen, agent), pending.first)
    return [
        {
            "message_id": task[1],
            "state": state,
            "event_time": from_ns(sent),
            "behind": before,
            "body": text,
        }
        for task, (sent, state, before), text in zip(pending.first, states, texts, strict=True)
        if text is not None
    ]


def stated(now: int, queue: Queue, tasks: Sequence[Task]) -> Iterator[tuple[int, str, int | None]]:
    """Of tasks when each was sent, its state, and how many messages come before it."""
    passed, begins, states = queue.passed, queue.begins, (queue.wait, "in_progress", "expired")
    for sent, _, _, partition, offset, is_begun, expires, _, _ in tasks:
        begin = begins.get(partition, -1)
        before = None if begin < 0 else offset - begin if offset > begin else 0
        number = 2 if expires <= now else is_begun or passed.get(partition, 0) > offset
        yield sent, states[number], before
