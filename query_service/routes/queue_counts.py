"""How many messages each queue has and had, and what was seen of its topic in Kafka."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from query_service.db import Row
from query_service.models.queue import Task
from query_service.routes.context import Moment, bound, database
from query_service.routes.open_now import open_query
from query_service.routes.open_tasks import OpenTasks, open_tasks
from query_service.routes.queue_messages import Messages
from query_service.routes.tail import merged, tail_of, with_repeats
from query_service.routes.waiting import Seen, last_seen, lately_query, seen_of, topics_query


class Counted(NamedTuple):
    """Counts and rates by agent, what was seen of the topics, how to ask for open tasks, these as
    `open_by_agent` takes them unless that cannot tell, and records of messages."""

    counts: dict[str, Row]
    seen: Seen
    known: OpenTasks
    tasks: Sequence[Task] | None
    records: list[Row]


def counted(
    asked: Moment,
    rate_since: datetime,
    agent: str = "",
    message_type: str = "",
    messages: Messages | None = None,
) -> Counted:
    """Of all agents, or one."""
    [came], topics, *cuts = database().together(
        ("queues/tail", {}), topics_query(asked, agent), *(messages.place() if messages else [])
    )
    open_part = with_repeats(asked, tail_of(asked, came))
    chosen = {
        **open_part.parameters(asked),
        "rate_since": bound(rate_since),
        "agent": agent,
        "message_type": message_type,
    }
    found = last_seen(topics)
    lately, known = lately_query(asked, found), open_tasks(asked, open_part, agent)
    beside = messages.records([row for part in cuts for row in part]) if messages else []
    queries = [*lately, *beside]
    if open_part.is_empty:
        queries += [("queues/counts_settled", chosen), ("queues/answered_settled", chosen)]
    elif not open_part.whole:
        queries += [("queues/counts", chosen), ("queues/rates", chosen)]
    if not open_part.is_empty:
        queries.append(("queues/tail_counts", {**chosen, **open_part.repeated}))
    if not open_part.settled:
        queries.append(("queues/tail_rates", chosen))
    is_stored = known.is_plain and not asked.is_past
    tasks, answers = database().beside(
        lambda: database().tuples(*open_query(asked, known, agent)) if is_stored else None,
        lambda: database().together(*queries),
    )
    parts = iter(answers)
    committed = [row for _ in lately for row in next(parts)]
    records = [row for _ in beside for row in next(parts)]
    seen = seen_of(asked, found, committed)
    return Counted(merged(row for part in parts for row in part), seen, known, tasks, records)
