"""Queues, and what waits in them."""

from collections.abc import Iterator
from typing import Any

from query_service.models.oracle_blocked import WAITING
from query_service.models.oracle_queues import MOST_PROMPT, OpenTask, item, waiting_since_mins
from query_service.models.oracle_source import Source
from query_service.models.queue import STATES, Pending
from query_service.models.values import iso, ns
from query_service.oracle import tasks
from query_service.oracle.section import Section, number, some
from query_service.oracle.shown import Shown
from query_service.oracle.sources import KAFKA, source
from query_service.oracle.tasks import Work
from query_service.routes.context import Moment
from query_service.routes.waiting import QUEUE

MOST = 1_000
"""So many queues are told of."""
MOST_TASKS = 10_000
"""So many tasks altogether, the oldest of each queue."""
LONG = 5
"""Minutes after which it is told that tasks wait."""

Queues = list[tuple[str, Shown]]


def find(asked: Moment, known: dict[str, Source]) -> Section:
    """Queues with their oldest pending tasks."""
    return of(asked, known, tasks.find(asked))


def of(asked: Moment, known: dict[str, Source], work: Work) -> Section:
    """The section, of open tasks."""
    watched = {topic.removeprefix(QUEUE) for topic in work.seen.topics}
    names = sorted((work.shown.keys() | watched) - {""})
    share = max(1, MOST_TASKS // max(len(names), 1))
    found = [(name, work.shown.get(name, Shown(Pending(), []))) for name in names]
    shown = [(name, Shown(one.pending, one.tasks[:share])) for name, one in found[:MOST]]
    unknown = [*_not_known(asked, shown, work), *_left_out(found, shown)]
    return Section(
        [_queue(asked, name, one, work) for name, one in shown],
        [*_away(known), *_issues(asked, shown, work)],
        unknown,
        [_ours(name, one, work) for name, one in shown],
        {"queued_tasks": sum(one.pending.total for _, one in found)},
    )


def _queue(asked: Moment, name: str, shown: Shown, work: Work) -> dict[str, Any]:
    now, topic = ns(asked.now), f"{QUEUE}{name}"
    reading = work.seen.topics.get(topic)
    return {
        "name": topic,
        "tasks": [item(task, work.blocked.get(task.id), now) for task in shown.tasks],
        "updated_at": iso(reading.observed_at if reading else asked.now),
    }


def _ours(name: str, shown: Shown, work: Work) -> dict[str, Any]:
    reading = work.seen.of(f"{QUEUE}{name}")
    return {
        "pending_tasks": shown.pending.total,
        **{state: shown.pending.by_state.get(state, 0) for state in STATES},
        "lag": dict(reading.lag) if reading else None,
        "consumers": reading.members if reading else None,
        "tasks": [{"state": task.state} for task in shown.tasks],
    }


def _away(known: dict[str, Source]) -> Iterator[str]:
    kafka = source(known, KAFKA)
    if kafka.is_away:
        yield f"{kafka.told}; queues are as they were seen last"


def _issues(asked: Moment, shown: Queues, work: Work) -> Iterator[str]:
    for name, (pending, first) in shown:
        topic, states = f"{QUEUE}{name}", pending.by_state
        if lost := states.get("lost"):
            yield f"{topic}: nobody reads it, {number(lost, 'task')} may be lost"
        if expired := states.get("expired"):
            yield f"{topic}: {number(expired, 'task')} expired"
        untaken = [task for task in first if task.state in WAITING]
        if urgent := [task.id for task in untaken if task.fields.level == "critical"]:
            yield from some(f"{topic}: nobody has taken, though critical,", "task", urgent)
        longest = max((_waits(asked, task, work) for task in untaken), default=0)
        if longest > LONG:
            yield f"{topic}: a task that nobody has taken waits for {longest:.0f} minutes"


def _waits(asked: Moment, task: OpenTask, work: Work) -> float:
    return waiting_since_mins(task, work.blocked.get(task.id), ns(asked.now)) or 0


def _not_known(asked: Moment, shown: Queues, work: Work) -> Iterator[str]:
    unread = [f"{QUEUE}{name}" for name, _ in shown if not work.seen.of(f"{QUEUE}{name}")]
    yield from some("who reads it was not seen within the hour, of", "queue", unread)
    every = [task for _, one in shown for task in one.tasks]
    ahead = sum(task.state in WAITING and task.sent_ns > ns(asked.now) for task in every)
    if ahead:
        yield f"the clock of the sender is ahead, of {number(ahead, 'task')}"
    if odd := sum(task.fields.level is None for task in every):
        yield f"the priority is none that is known, and told as normal, of {number(odd, 'task')}"


def _left_out(found: Queues, shown: Queues) -> Iterator[str]:
    if len(found) > len(shown):
        yield f"only the first {MOST:,} of {len(found):,} queues are told of"
    if more := sum(one.pending.total - len(one.tasks) for _, one in shown):
        yield f"only the oldest of each queue are told of: not {number(more, 'task')}"
    every = [task for _, one in shown for task in one.tasks]
    if without := sum(task.fields.is_without_args for task in every):
        who = number(without, "task")
        yield f"args are left out, longer than 200 characters or no object, of {who}"
    if long := sum(task.fields.is_cut for task in every):
        yield f"prompt is cut to {MOST_PROMPT:,} characters, of {number(long, 'task')}"
