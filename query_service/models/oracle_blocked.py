"""Which open task waits for which: the one that its agent sent while it worked on it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

IN_PROGRESS = "in_progress"
WAITING = ("queued", "unknown", "lost")
"""States of a task that nobody has taken yet."""


class Link(NamedTuple):
    """A row of `oracle/open_tasks`, and since when somebody says to work on it: None, nobody."""

    message_id: str
    hash: int
    agent: str
    source: str
    trace_id: str
    cause_message_id: str
    sent_ns: int
    begun_ns: int | None = None


class Sign(NamedTuple):
    """A row of `oracle/begun`."""

    hash: int
    who: str
    first_ns: int


def with_signs(links: Iterable[Link], signs: Iterable[Sign]) -> dict[str, Link]:
    """The same by their ids, with the earliest sign that is of the task's agent, or of whomever."""
    of_task: dict[int, list[Sign]] = defaultdict(list)
    for sign in signs:
        of_task[sign.hash].append(sign)
    found = {}
    for link in links:
        own = [s.first_ns for s in of_task.get(link.hash, ()) if s.who in ("", link.agent)]
        found[link.message_id] = link._replace(begun_ns=min(own)) if own else link
    return found


def blockers(links: Iterable[Link], states: Mapping[str, str]) -> dict[str, Link]:
    """By task the one that it waits for, of tasks with a state.

    A task that is worked on waits for the oldest one that was sent meanwhile: by its cause, or
    without one by the only task that its sender had in the same trace then. A task that nobody has
    taken waits for the same as its agent does, when all that the agent works on waits.
    """
    known = [link for link in links if link.message_id in states]
    begun = [link for link in known if states[link.message_id] == IN_PROGRESS]
    in_trace: dict[tuple[str, str], list[Link]] = defaultdict(list)
    for link in begun:
        in_trace[link.agent, link.trace_id].append(link)
    found: dict[str, Link] = {}
    for link in known:
        cause = link.cause_message_id or _only(in_trace, link)
        if cause in states and cause != link.message_id:
            other = found.get(cause)
            if other is None or (link.sent_ns, link.message_id) < (other.sent_ns, other.message_id):
                found[cause] = link
    of_agent: dict[str, list[Link | None]] = defaultdict(list)
    for link in begun:
        of_agent[link.agent].append(found.get(link.message_id))
    held = {agent: _oldest(waits) for agent, waits in of_agent.items()}
    for link in known:
        waits_for = held.get(link.agent)
        if waits_for and states[link.message_id] in WAITING and waits_for != link:
            found.setdefault(link.message_id, waits_for)
    return found


def _only(in_trace: Mapping[tuple[str, str], list[Link]], link: Link) -> str:
    """The task that the sender of another one worked on in that trace, if it was one."""
    worked_on = in_trace.get((link.source, link.trace_id)) if link.trace_id else None
    if worked_on is None:
        return ""
    others = [one for one in worked_on if one.message_id != link.message_id]
    if len(others) != 1 or (others[0].begun_ns or others[0].sent_ns) > link.sent_ns:
        return ""
    return others[0].message_id


def _oldest(waits: list[Link | None]) -> Link | None:
    """What an agent waits for, when all that it works on waits."""
    all_of = [link for link in waits if link]
    return min(all_of, key=lambda one: one.sent_ns) if len(all_of) == len(waits) else None
