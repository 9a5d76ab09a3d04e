"""Tasks that wait for an answer: what the sections of agents and of queues have in common."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from query_service.db import Row
from query_service.models.kept import Key
from query_service.models.oracle_activity import Begun
from query_service.models.oracle_blocked import IN_PROGRESS, Link, Sign, blockers, with_signs
from query_service.models.oracle_queues import Fields, OpenTask, fields
from query_service.models.queue import Task
from query_service.models.values import ns, parse
from query_service.oracle.first_tasks import past_tasks, too_many_tasks
from query_service.oracle.shown import Shown
from query_service.routes.context import Moment, context, database
from query_service.routes.kept import MOST_IN_LIST, listed_texts
from query_service.routes.open_now import MOST_OPEN, OfAgent, open_by_agent, open_now, stated
from query_service.routes.open_tasks import OpenTasks, of_one_moment, open_tasks
from query_service.routes.queue_states import Queue
from query_service.routes.settled import kept
from query_service.routes.tail import tail_of
from query_service.routes.waiting import Seen, last_seen, lately_query, seen_of, topics_query

TABLES = ("open_signs", "open_tasks", "task_events")
"""What is read of open tasks."""


class Stored(NamedTuple):
    """Open tasks by agent, None when they are too many or cannot be told so; what is known of each
    by its id; signs of work; and how an agent says that it was done with one."""

    tasks: dict[str, OfAgent] | None
    links: dict[str, Link]
    signs: list[Sign]
    done: dict[tuple[str, str], str]


@dataclass(frozen=True)
class Work:
    """Open tasks by agent, those of them that are worked on, what is known of each by its id, and
    which waits for which. `done`: how an agent says that a task went."""

    seen: Seen
    shown: Mapping[str, Shown]
    begun: Mapping[str, list[Begun]]
    links: Mapping[str, Link]
    blocked: Mapping[str, Link]
    done: Mapping[tuple[str, str], str]


def find(asked: Moment) -> Work:
    """The open tasks of a time."""
    return of(asked, *database().together(("queues/tail", {}), topics_query(asked)))


@of_one_moment
def of(asked: Moment, came: list[Row], topics: list[Row]) -> Work:
    """The same, of the rows of `queues/tail` and `topics_query`. Where they are too many to be
    looked at one by one, and of past times, only the oldest of each queue are known."""
    part, read = tail_of(asked, came[0]), last_seen(topics)
    known, lately = open_tasks(asked, part), lately_query(asked, read)
    if known.is_as_stored:
        held = context().settled_tasks
        stored, committed = kept(held, TABLES, (), lambda: _read(asked, known), *lately)
    else:
        stored, committed = database().beside(
            lambda: _read(asked, known), lambda: database().together(*lately)
        )
    seen = seen_of(asked, read, [row for rows in committed for row in rows])
    links = stored.links
    if stored.tasks is not None:
        shown, states, begun = _all_by_agent(asked, seen, known, stored.tasks)
    else:
        if asked.is_past:
            shown, links = past_tasks(asked, seen, known, stored.signs)
        else:
            shown = too_many_tasks(asked, seen, known, links)
        states = {task.id: task.state for one in shown.values() for task in one.tasks}
        begun = {agent: [*_begun(one.tasks)] for agent, one in shown.items()}
    return Work(seen, shown, begun, links, blockers(links.values(), states), stored.done)


def _read(asked: Moment, known: OpenTasks) -> Stored:
    at = {"at": asked.parameters["at"], "hashes": [row["hash"] for row in known.later]}
    (tasks, links), (told, done) = database().beside(
        lambda: _open(asked, known),
        lambda: (database().tuples("oracle/begun", at), database().rows("oracle/done", at)),
    )
    signs = [Sign(*row) for row in told]
    went = {(row["agent"], row["message_id"]): row["outcome"] for row in done}
    return Stored(tasks, with_signs(links, signs), signs if asked.is_past else [], went)


def _open(asked: Moment, known: OpenTasks) -> tuple[dict[str, OfAgent] | None, list[Link]]:
    if asked.is_past:
        return None, []
    rows = database().tuples("oracle/open_tasks", {"most": MOST_OPEN})
    tasks = open_now(known, "", MOST_IN_LIST) if known.is_plain else None
    return tasks, [Link(*row) for row in rows]


def _all_by_agent(
    asked: Moment, seen: Seen, known: OpenTasks, tasks: Mapping[str, OfAgent]
) -> tuple[dict[str, Shown], dict[str, str], dict[str, list[Begun]]]:
    """What is shown, the states of all, and those that are worked on."""
    now, states, begun = ns(asked.now), dict[str, str](), defaultdict[str, list[Begun]](list)
    for agent, own in tasks.items():
        queue = Queue(seen, agent)
        for task, (sent, state, _) in zip(own.tasks, stated(now, queue, own.tasks), strict=True):
            states[task[1]] = state
            if state == IN_PROGRESS:
                begun[agent].append(Begun(task[1], sent))
    pending = open_by_agent(asked, seen, tasks)
    told = _told([task for one in pending.values() for task in one.first], known)
    shown = {}
    for agent, one in pending.items():
        found = ((task, told[task[1], task[2]]) for task in one.first)
        first = [OpenTask(t[1], t[0], states[t[1]], text) for t, text in found if text]
        shown[agent] = Shown(one, first)
    return shown, states, begun


def _told(tasks: Iterable[Task], known: OpenTasks) -> dict[Key, Fields | None]:
    """What is told of the record of each task; None when it is gone from the table."""
    held = context().told_tasks
    sent = {(task[1], task[2]): task[0] for task in tasks}
    found = dict(zip(sent, held.of(sent), strict=True))
    missing = [key for key, told in found.items() if told is None]
    if missing:
        texts = zip(missing, listed_texts(missing, known.left_out), strict=True)
        made = {key: _of_text(sent[key], text) for key, text in texts if text is not None}
        held.put(made)
        found |= made
    return found


def _of_text(sent_ns: int, text: bytes) -> Fields:
    record = parse(f"{{{text.decode()}")
    return fields(sent_ns, record if isinstance(record, dict) else {})


def _begun(tasks: Iterable[OpenTask]) -> Iterator[Begun]:
    return (Begun(task.id, task.sent_ns) for task in tasks if task.state == IN_PROGRESS)
