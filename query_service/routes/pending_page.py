"""One page of the pending tasks of an agent."""

from typing import Any

from query_service.db import Row
from query_service.routes.context import Moment, database
from query_service.routes.open_tasks import open_tasks
from query_service.routes.pending import pending_query, with_bodies_of
from query_service.routes.queue_states import of_page
from query_service.routes.tail import tail_of
from query_service.routes.waiting import seen_topics, topics_query


def pending_page(
    asked: Moment, agent: str, limit: int, filters: dict[str, Any]
) -> tuple[list[Row], bool]:
    """Pending tasks of one agent, and whether no task came since the observer looked.

    Without a state to choose by they are asked for at once: Kafka decides nothing but states.
    """
    page = {"now": asked.parameters["now"], "agent": agent, **filters, "limit": max(limit, 1)}
    is_any = not asked.is_past and not filters["state"]
    topics, [came], *first = database().together(
        topics_query(asked, agent),
        ("queues/tail", {}),
        *([("queues/pending_page", page)] if is_any else []),
    )
    tail = tail_of(asked, came)
    seen, known = seen_topics(asked, topics), open_tasks(asked, tail, agent)
    if first and known.is_as_stored:
        rows = of_page(seen, agent, first[0])
    else:
        rows = database().rows(*pending_query(asked, seen, known, agent, limit, filters))
    return with_bodies_of(asked, known, agent, rows), tail.looked
