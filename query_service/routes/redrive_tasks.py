"""Which tasks are to be sent again, and what speaks against it."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from query_service.db import Row, fits
from query_service.errors import InvalidParameter
from query_service.kafka_sender import LARGEST
from query_service.models.handoff import OUTCOMES
from query_service.models.values import queue_name, utc
from query_service.routes.context import Moment, absolute, bound, context, database
from query_service.routes.handoff_rows import places
from query_service.routes.paging import FIRST, LAST
from query_service.routes.waiting import QUEUE, seen_topics, topics_query
from query_service.schemas.redrive import Filter, Redrive

AT_ONCE = 100
"""Places that are asked for in one question: a topic may have 249 characters."""
BUSY = timedelta(minutes=1)
ROOM = 64 * 1024
"""What headers, and the names that change, may add to a record."""
_TAKEN = "somebody took it, and may have done part of it, or still do it"


@dataclass(frozen=True)
class Task:
    """A task that was asked for; `row` is its row, empty when it is not known, `record` what is
    kept of its record. `reason`: why it is not sent."""

    message_id: str
    row: Row
    state: str | None
    reason: str | None = None
    warning: str | None = None
    record: Row | None = None

    @property
    def bytes(self) -> int:
        """The size of its record."""
        return self.record["bytes"] if self.record else 0


def chosen(asked: Moment, wanted: Redrive) -> tuple[list[Task], int]:
    """At most `limit` tasks, the oldest first, and how many there are in all.

    Raises InvalidParameter.
    """
    seen = seen_topics(asked, database().rows(*topics_query(asked)))
    asking: dict[str, Any] = {
        **asked.parameters,
        **seen.parameters,
        **_filter(asked, wanted.filter),
        "ids": [],
        "min_tries": context().thresholds["poison_message"]["min_tries"],
        "limit": wanted.limit,
    }
    if wanted.message_ids is None:
        rows = database().rows("redrive/open", asking)
        matched = rows[0]["matched"] if rows else 0
        return _judged(asked, wanted, [_open(row) for row in rows]), matched
    ids = list(dict.fromkeys(wanted.message_ids))
    some = ids[: wanted.limit]
    if not fits(some):
        raise InvalidParameter("message_ids", "are too long for one request: give fewer of them")
    rows = database().rows("redrive/open", {**asking, "ids": some})
    known = {row["message_id"]: _open(row) for row in rows}
    known |= _closed(asked, [one for one in some if one not in known])
    tasks = [known.get(one) or Task(one, {}, None) for one in some]
    tasks.sort(key=lambda task: task.row.get("key_time", 0))
    return _judged(asked, wanted, tasks), len(ids)


def _filter(asked: Moment, given: Filter | None) -> dict[str, Any]:
    one = given or Filter.model_construct(trouble=[])
    return {
        "states": list(one.trouble),
        "agent": queue_name(one.agent or ""),
        "source": queue_name(one.source or ""),
        "since": FIRST if one.since is None else bound(absolute(one.since, asked.now, "since")),
        "until": LAST if one.until is None else bound(absolute(one.until, asked.now, "until")),
    }


def _open(row: Row) -> Task:
    return Task(row["message_id"], row, row["state"])


def _closed(asked: Moment, ids: list[str]) -> dict[str, Task]:
    """Of some tasks that are not open those that are known, with what became of them."""
    rows = database().rows("redrive/tasks_of", {"ids": ids}) if ids else []
    hashes = {"at": asked.parameters["at"], "hashes": [row["hash"] for row in rows]}
    first: dict[int, Row] = {}
    for one in database().rows("handoffs/answers_of", hashes) if rows else []:
        first.setdefault(one["hash"], one)
    return {
        row["message_id"]: Task(
            row["message_id"], {**row, "answer": answer}, OUTCOMES[answer["message_type"]]
        )
        for row in rows
        if (answer := first.get(row["hash"]))
    }


def _judged(asked: Moment, wanted: Redrive, tasks: list[Task]) -> list[Task]:
    records: dict[Any, Row] = {}
    known = [task.row for task in tasks if task.row]
    for begin in range(0, len(known), AT_ONCE):
        asking = places(known[begin : begin + AT_ONCE])
        records |= {place(row): row for row in database().rows("redrive/records", asking)}
    told = list[Task]()
    for task in tasks:
        found = replace(task, record=records.get(place(task.row)) if task.row else None)
        reason = _against(asked, found, wanted.again)
        is_begun = bool(found.row.get("last_sign_at") or found.state == "in_progress")
        told.append(replace(found, reason=reason, warning=_TAKEN if is_begun else None))
    return told


def place(row: Row) -> tuple[Any, ...]:
    """Where a record is."""
    return row["topic"], row["partition"], row["offset"], row["value_hash"]


def _against(asked: Moment, task: Task, again: bool) -> str | None:
    """Why a task is not sent; None when nothing speaks against it."""
    if not task.row:
        return "no task of this id is known"
    answer, sign = task.row.get("answer"), task.row.get("last_sign_at")
    if answer and not again:
        what = "was sent again already, as" if task.state == "superseded" else "was answered by"
        return f"it {what} {answer['message_id']} (again: true sends it all the same)"
    if sign and asked.now - utc(sign) < BUSY:
        return "somebody said within the last minute that they work on it"
    if task.state == "queued" and not again:
        return "it waits in a queue that is read (again: true sends it all the same)"
    if task.state == "unknown" and not again:
        return "nobody has looked at its queue within the hour (again: true sends it all the same)"
    if task.record is None:
        return "its record is not kept any more"
    if not task.record["is_text"]:
        return "its record is no UTF-8"
    if task.bytes > LARGEST - ROOM:
        return f"its record has {task.bytes} bytes: more than Kafka takes"
    return None


def queue_of(task: Task, target: str | None) -> str:
    """The queue that it is sent to."""
    return f"{QUEUE}{queue_name(target)}" if target else str(task.row["topic"])
