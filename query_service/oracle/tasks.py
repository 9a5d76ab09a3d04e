"""Tasks that wait for an answer: what the sections of agents and of queues have in common."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from query_service.db import Row
from query_service.models.message import shown as fields
from query_service.models.oracle_activity import Begun
from query_service.models.oracle_blocked import IN_PROGRESS, Link, blockers, with_signs
from query_service.models.oracle_queues import OpenTask
from query_service.models.queue import Pending
from query_service.models.values import ns, parse
from query_service.routes.context import Moment, database
from query_service.routes.kept import MOST_IN_LIST, listed_texts
from query_service.routes.open_now import MOST_OPEN, OfAgent, open_by_agent, open_now, stated
from query_service.routes.open_tasks import OpenTasks, of_one_moment, open_tasks
from query_service.routes.pending import by_agent, of_rows, pending_query, with_bodies
from query_service.routes.queue_states import Queue
from query_service.routes.tail import tail_of
from query_service.routes.waiting import Seen, last_seen, lately_query, seen_of, topics_query


class Shown(NamedTuple):
    """What waits in the queue of an agent, and the oldest tasks of it."""

    pending: Pending
    tasks: list[OpenTask]


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


@of_one_moment
def find(asked: Moment) -> Work:
    """The open tasks of a time. Where they are too many to be looked at one by one, and of past
    times, only the oldest of each queue are known."""
    [came], topics = database().together(("queues/tail", {}), topics_query(asked))
    known, read = open_tasks(asked, tail_of(asked, came)), last_seen(topics)
    lately = lately_query(asked, read)
    at = {"at": asked.parameters["at"], "hashes": [row["hash"] for row in known.later]}
    (tasks, linked), (signs, [done, *committed]) = database().beside(
        lambda: _stored(asked, known),
        lambda: (
            database().tuples("oracle/begun", at),
            database().together(("oracle/done", at), *lately),
        ),
    )
    seen = seen_of(asked, read, [row for rows in committed for row in rows])
    if asked.is_past:
        shown, linked = _past_by_agent(asked, seen, known)
    elif tasks is None:
        shown = _first_by_agent(asked, seen, known, linked)
    if tasks is None:
        states = {task.id: task.state for one in shown.values() for task in one.tasks}
        begun = {agent: [*_begun(one.tasks)] for agent, one in shown.items()}
    else:
        shown, states, begun = _all_by_agent(asked, seen, known, tasks)
    links = with_signs(linked, signs)
    went = {(row["agent"], row["message_id"]): row["outcome"] for row in done}
    return Work(seen, shown, begun, links, blockers(links.values(), states), went)


def _stored(asked: Moment, known: OpenTasks) -> tuple[dict[str, OfAgent] | None, list[Link]]:
    """The open tasks of now; None when they are too many, or cannot be told so."""
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
    keys = [(task[1], task[2]) for one in pending.values() for task in one.first]
    texts = iter(listed_texts(keys, known.left_out))
    shown = {agent: Shown(one, [*_listed(one, states, texts)]) for agent, one in pending.items()}
    return shown, states, begun


def _listed(
    pending: Pending, states: Mapping[str, str], texts: Iterator[bytes | None]
) -> Iterator[OpenTask]:
    for task in pending.first:
        if (text := next(texts)) is not None:
            yield OpenTask(task[1], task[0], states[task[1]], _fields(f"{{{text.decode()}"))


def _past_by_agent(
    asked: Moment, seen: Seen, known: OpenTasks
) -> tuple[dict[str, Shown], list[Link]]:
    found: dict[str, list[Row]] = defaultdict(list)
    query = pending_query(asked, seen, known, "", MOST_IN_LIST)
    for row in with_bodies(database().rows(*query)):
        found[row["agent"]].append(row)
    links = [
        Link(*(row[name] for name in Link._fields[:-1])) for rows in found.values() for row in rows
    ]
    shown = {agent: Shown(of_rows(rows, asked), [*_of_rows(rows)]) for agent, rows in found.items()}
    return shown, links


def _of_rows(rows: Iterable[Row]) -> Iterator[OpenTask]:
    for row in rows:
        yield OpenTask(
            row["message_id"], row["sent_ns"], row["state"], fields(row["body"], {}, whole=False)
        )


def _first_by_agent(
    asked: Moment, seen: Seen, known: OpenTasks, linked: list[Link]
) -> dict[str, Shown]:
    """When they are too many: what the view tells."""
    links = {link.message_id: link for link in linked}
    told = by_agent(asked, seen, known)
    return {agent: Shown(one, [*_of_texts(asked, one, links)]) for agent, one in told.items()}


def _of_texts(asked: Moment, pending: Pending, links: Mapping[str, Link]) -> Iterator[OpenTask]:
    text = b"".join(pending.texts).decode()
    # A record may have fields of the same names: ours come first.
    for row in json.loads(f"[{text}]", object_pairs_hook=lambda pairs: dict(reversed(pairs))):
        waited, link = row["waiting_seconds"], links.get(row["message_id"])
        if waited is not None:
            sent = ns(asked.now) - round(waited * 1e6) * 1000
        elif link:  # its clock is ahead
            sent = link.sent_ns
        else:
            continue
        yield OpenTask(row["message_id"], sent, row["state"], row)


def _begun(tasks: Iterable[OpenTask]) -> Iterator[Begun]:
    return (Begun(task.id, task.sent_ns) for task in tasks if task.state == IN_PROGRESS)


def _fields(text: str) -> Mapping[str, Any]:
    found = parse(text)
    return found if isinstance(found, dict) else {}
