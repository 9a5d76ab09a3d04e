"""The oldest tasks of each queue, when they are not all looked at: of past times, or too many."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping

from query_service.db import Row
from query_service.models.message import shown as listed
from query_service.models.oracle_blocked import Link, Sign, with_signs
from query_service.models.oracle_queues import OpenTask, fields
from query_service.models.queue import Pending
from query_service.models.values import ns
from query_service.oracle.shown import Shown
from query_service.routes.context import Moment, database
from query_service.routes.kept import MOST_IN_LIST
from query_service.routes.open_tasks import OpenTasks
from query_service.routes.pending import by_agent, of_rows, pending_query, with_bodies
from query_service.routes.waiting import Seen


def past_tasks(
    asked: Moment, seen: Seen, known: OpenTasks, signs: list[Sign]
) -> tuple[dict[str, Shown], dict[str, Link]]:
    """Of a past time, by agent, and what is known of each."""
    found: dict[str, list[Row]] = defaultdict(list)
    query = pending_query(asked, seen, known, "", MOST_IN_LIST)
    for row in with_bodies(database().rows(*query)):
        found[row["agent"]].append(row)
    names = Link._fields[:-1]
    links = [Link(*(row[name] for name in names)) for rows in found.values() for row in rows]
    shown = {
        agent: Shown(of_rows(rows, asked), [_of_row(row) for row in rows])
        for agent, rows in found.items()
    }
    return shown, with_signs(links, signs)


def _of_row(row: Row) -> OpenTask:
    sent, record = row["sent_ns"], listed(row["body"], {}, whole=False)
    return OpenTask(row["message_id"], sent, row["state"], fields(sent, record))


def too_many_tasks(
    asked: Moment, seen: Seen, known: OpenTasks, links: Mapping[str, Link]
) -> dict[str, Shown]:
    """Of now, by agent, as the view tells them."""
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
        yield OpenTask(row["message_id"], sent, row["state"], fields(sent, row))
