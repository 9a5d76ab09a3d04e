"""Tasks that wait for an answer now: totals by agent, and the oldest as JSON.

There can be tens of thousands: they come as tuples, and of most of them nothing is made.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from operator import itemgetter
from typing import Any

from query_service.db import Row
from query_service.models.queue import Pending, Task
from query_service.models.values import ns
from query_service.routes.context import Moment
from query_service.routes.kept import bodies, listed_texts
from query_service.routes.open_tasks import OpenTasks
from query_service.routes.queue_states import Queue
from query_service.routes.waiting import Seen

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AGENT_AND_PRIORITY = itemgetter(6, 7)


def open_query(asked: Moment, known: OpenTasks, agent: str = "") -> tuple[str, dict[str, Any]]:
    """The query whose tuples `open_by_agent` takes; `known` is plain."""
    return "queues/open_now", {"now": asked.parameters["now"], "agent": agent, **known.told}


def open_by_agent(seen: Seen, tasks: Sequence[Task], most: int) -> dict[str, Pending]:
    """Pending tasks of every agent, so many of the oldest as they are."""
    of_agent: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        of_agent[task[6]].append(task)
    priorities: dict[str, dict[str, int]] = defaultdict(dict)
    for (agent, priority), number in Counter(map(_AGENT_AND_PRIORITY, tasks)).items():
        priorities[agent][priority] = number
    return {
        agent: _pending(Queue(seen, agent), own, priorities[agent], most)
        for agent, own in of_agent.items()
    }


def _pending(queue: Queue, tasks: list[Task], priorities: dict[str, int], most: int) -> Pending:
    passed, numbers = queue.passed, [0, 0, 0]
    for _, _, _, partition, offset, known, _, _ in tasks:
        numbers[known or (passed.get(partition, 0) > offset)] += 1
    waiting, in_progress, expired = numbers
    states = Counter({queue.wait: waiting, "in_progress": in_progress, "expired": expired})
    first = nsmallest(most, tasks)
    oldest = _time(first[0][0])
    return Pending(len(tasks), states, priorities, oldest, first=first, shown=len(first))


def with_texts(
    asked: Moment, seen: Seen, known: OpenTasks, pending: Mapping[str, Pending]
) -> dict[str, Pending]:
    """The same with the oldest tasks of each agent as JSON; without those that were answered and
    taken out of the table meanwhile."""
    keys = [(task[1], task[2]) for found in pending.values() for task in found.first]
    texts = iter(listed_texts(keys, known.left_out))
    now = ns(asked.now) // 1000
    return {
        agent: replace(found, **_listed(now, Queue(seen, agent), found.first, texts))
        for agent, found in pending.items()
    }


def _listed(
    now: int, queue: Queue, tasks: Sequence[Task], texts: Iterator[bytes | None]
) -> dict[str, Any]:
    pieces, begin = list[bytes](), "{"
    for sent, state, before in _stated(queue, tasks):
        if (text := next(texts)) is None:
            continue
        waited = now - sent // 1000
        waiting = 'null, "clock_skew": true' if waited < 0 else waited / 1e6
        behind = "null" if before is None else before
        beside = f'"state": "{state}", "waiting_seconds": {waiting}, "messages_before": {behind}, '
        pieces += (f"{begin}{beside}".encode(), text)
        begin = ", {"
    return {"texts": pieces, "shown": len(pieces) // 2}


def as_rows(seen: Seen, agent: str, pending: Pending) -> list[Row]:
    """The oldest tasks of one agent as rows with their bodies, as `with_texts`."""
    texts = bodies(agent, [(task[1], task[2]) for task in pending.first])
    stated = _stated(Queue(seen, agent), pending.first)
    return [
        {
            "message_id": task[1],
            "state": state,
            "event_time": _time(sent),
            "behind": before,
            "body": text,
        }
        for task, (sent, state, before), text in zip(pending.first, stated, texts, strict=True)
        if text is not None
    ]


def _stated(queue: Queue, tasks: Sequence[Task]) -> Iterator[tuple[int, str, int | None]]:
    """Of tasks when each was sent, its state, and how many messages come before it."""
    passed, begins, states = queue.passed, queue.begins, (queue.wait, "in_progress", "expired")
    for sent, _, _, partition, offset, known, _, _ in tasks:
        begin = begins.get(partition, -1)
        before = None if begin < 0 else offset - begin if offset > begin else 0
        yield sent, states[known or passed.get(partition, 0) > offset], before


def _time(sent_ns: int) -> datetime:
    return _EPOCH + timedelta(microseconds=sent_ns // 1000)
