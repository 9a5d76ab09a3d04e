"""How many messages each queue has and had, and what was seen of its topic in Kafka."""

from datetime import datetime
from typing import Any, NamedTuple

from query_service.db import Row
from query_service.routes.context import Moment, bound, context, database
from query_service.routes.kept import MOST_IN_LIST
from query_service.routes.open_now import OfAgent, open_now
from query_service.routes.open_tasks import OpenTasks, open_tasks
from query_service.routes.queue_messages import Messages, Query
from query_service.routes.settled import kept
from query_service.routes.tail import Tail, merged, tail_of, with_repeats
from query_service.routes.waiting import Seen, last_seen, lately_query, seen_of, topics_query

SETTLED = ("answered_tasks", "open_signs", "open_tasks", "queue_counts")
"""The tables that are read when the observer has worked everything out."""
Read = tuple[dict[str, Row], dict[str, OfAgent] | None]
"""Counts and rates by agent, and tasks as `open_by_agent` takes them unless that cannot tell."""


class Counted(NamedTuple):
    """Counts and rates by agent, what was seen of the topics, how to ask for open tasks, these as
    `open_by_agent` takes them unless that cannot tell, and records of messages."""

    counts: dict[str, Row]
    seen: Seen
    known: OpenTasks
    tasks: dict[str, OfAgent] | None
    records: list[Row]


def counted(
    asked: Moment,
    rate_since: datetime,
    agent: str = "",
    message_type: str = "",
    messages: Messages | None = None,
    most: int = MOST_IN_LIST,
) -> Counted:
    """Of all agents, or one; `most`: so many of the oldest tasks of each."""
    [came], topics, *cuts = database().together(
        ("queues/tail", {}), topics_query(asked, agent), *(messages.place() if messages else [])
    )
    part = with_repeats(asked, tail_of(asked, came))
    found = last_seen(topics)
    lately, known = lately_query(asked, found), open_tasks(asked, part, agent)
    chosen = {
        **part.parameters(asked),
        "rate_since": bound(rate_since),
        "agent": agent,
        "message_type": message_type,
    }

    def read() -> Read:
        is_stored = known.is_plain and not asked.is_past
        tasks, counts = database().beside(
            lambda: open_now(known, agent, most) if is_stored else None,
            lambda: database().together(*_counts(part, chosen)),
        )
        return merged(row for rows in counts for row in rows), tasks

    beside = messages.records([row for rows in cuts for row in rows]) if messages else []
    if part.is_empty and part.settled and known.is_as_stored:
        held = context().settled_queue if agent else context().settled_queues
        question = (rate_since, agent, message_type, most)
        (counts, tasks), told = kept(held, SETTLED, question, read, *lately, *beside)
    else:
        (counts, tasks), told = database().beside(
            read, lambda: database().together(*lately, *beside)
        )
    committed, records = (
        [row for rows in some for row in rows]
        for some in (told[: len(lately)], told[len(lately) :])
    )
    return Counted(counts, seen_of(asked, found, committed), known, tasks, records)


def _counts(part: Tail, chosen: dict[str, Any]) -> list[Query]:
    """The queries whose rows are to be added up."""
    queries: list[Query] = []
    if part.is_empty:
        queries += [("queues/counts_settled", chosen), ("queues/answered_settled", chosen)]
    elif not part.whole:
        queries += [("queues/counts", chosen), ("queues/rates", chosen)]
    if not part.is_empty:
        queries.append(("queues/tail_counts", {**chosen, **part.repeated}))
    if not part.settled:
        queries.append(("queues/tail_rates", chosen))
    return queries
