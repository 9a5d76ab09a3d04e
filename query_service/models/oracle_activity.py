"""What agents are at: tasks that they took, and spans that run."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from query_service.db import Row
from query_service.models.oracle_blocked import Link
from query_service.models.values import iso_ns

ENDED = {"completed": "completed", "failed": "failed"}
"""How a task went of which its agent says that it is done with it. Cancelled, it is not active."""


class Begun(NamedTuple):
    """A task that somebody works on, and when it was sent."""

    id: str
    sent_ns: int


class Active(NamedTuple):
    """What an agent is at."""

    started_ns: int
    id: str
    status: str
    is_by_offset: bool = False
    """Only Kafka says that it began: `started_ns` is when it was sent."""

    @property
    def item(self) -> dict[str, Any]:
        """As the schema has it."""
        return {"id": self.id, "started_on": iso_ns(self.started_ns), "status": self.status}


def of_tasks(
    agent: str,
    begun: Iterable[Begun],
    links: Mapping[str, Link],
    blocked: Mapping[str, Link],
    done: Mapping[tuple[str, str], str],
) -> list[Active]:
    """Tasks of its queue that an agent works on."""
    found = []
    for task in begun:
        link = links.get(task.id)
        since = link.begun_ns if link else None
        status = "waiting" if task.id in blocked else "running"
        if (outcome := done.get((agent, task.id))) is not None:
            if outcome not in ENDED:
                continue
            status = ENDED[outcome]
        found.append(Active(since or task.sent_ns, task.id, status, since is None))
    return found


def of_spans(
    rows: Iterable[Row], links: Mapping[str, Link], begun: Mapping[str, Iterable[Begun]]
) -> dict[str, list[Active]]:
    """By agent its outermost spans that run, but for those of tasks that it works on: of the same
    message, or in the trace of one."""
    at_work = set()
    for agent, own in begun.items():
        for task in own:
            at_work.add((agent, task.id))
            if (link := links.get(task.id)) and link.trace_id:
                at_work.add((agent, link.trace_id))
    spans = {(row["trace_id"], row["span_id"], row["agent"]): row for row in rows}
    found: dict[str, list[Active]] = defaultdict(list)
    seen = set()
    for (trace, span, agent), row in spans.items():
        name = row["message_id"] or span
        known = {(agent, trace), (agent, name)} & at_work
        if known or (trace, row["parent_span_id"], agent) in spans or (agent, name) in seen:
            continue
        seen.add((agent, name))
        found[agent].append(Active(row["began_ns"], name, row["status"]))
    return found
