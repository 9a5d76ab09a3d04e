"""How tasks without an answer are asked for.

`open_tasks` has them as of the observer's last look, nearly: tasks that came since may be answered
already, and at a past time there are those that were answered later. These are few: they are looked
up first, and then plain questions about `open_tasks` are told which. When they are many, or cannot
be known, the views `open_task_states` look all of them up, which takes longer.

A task of a past time that is answered between the two questions is in neither: `of_one_moment`
looks whether there was one, and then has the views asked.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import g

from query_service.db import Row, fits
from query_service.models.values import utc
from query_service.routes.context import Moment, bound, database
from query_service.routes.paging import FIRST
from query_service.routes.tail import Tail

P = ParamSpec("P")
R = TypeVar("R")
MOST = 5_000
"""So many tasks can be bound: a server takes 128 KiB in a parameter."""


@dataclass(frozen=True)
class OpenTasks:
    """The end of the names of the SQL files to ask, and what these are told: hashes of ids of tasks
    that are `left_out`, and of those that are `begun`. `later`: tasks that are open at the time
    asked for, but not in `open_tasks`."""

    variant: str
    left_out: list[int] = field(default_factory=list)
    begun: list[int] = field(default_factory=list)
    later: list[Row] = field(default_factory=list)

    @property
    def is_plain(self) -> bool:
        """Whether no view is needed."""
        return self.variant.endswith("settled")

    @property
    def is_as_stored(self) -> bool:
        """Whether the open tasks are those that `open_tasks` has, with the signs there."""
        return self == OpenTasks("settled")

    @property
    def told(self) -> dict[str, Any]:
        """Parameters of the SQL files about what `open_tasks` has."""
        return {"left_out": self.left_out, "begun": self.begun} if self.is_plain else {}

    @property
    def told_later(self) -> dict[str, Any]:
        """Parameters of the SQL files about the later ones: where their records lie."""
        buckets = {row["bucket"].strftime("%Y-%m-%d %H:%M:%S") for row in self.later}
        return {
            "buckets": sorted(buckets),
            "queues": sorted({row["topic"] for row in self.later}),
            "records": [row["place"] for row in self.later],
            "hashes": [row["hash"] for row in self.later],
        }


def open_tasks(
    asked: Moment, tail: Tail, agent: str = "", since: str = FIRST, has_states: bool = True
) -> OpenTasks:
    """How to ask for tasks that were sent from a time on, of all agents or one. Without states it
    is not looked up who works on them."""
    if asked.is_past:
        return _past(asked, tail.looked and tail.settled, agent, since)
    return OpenTasks("settled") if tail.looked else _came(asked, agent, has_states)


def of_one_moment(route: Callable[P, R]) -> Callable[P, R]:
    """The route of an answer with open tasks: asked again, of the views, when something came for a
    task while a past time was asked for."""

    @wraps(route)
    def asked_again(*args: P.args, **kwargs: P.kwargs) -> R:
        answer = route(*args, **kwargs)
        for touched, known in g.pop("touched_tasks", []):
            if {row["hash"] for row in database().rows("queues/touched", touched)} != known:
                g.asks_views = True
                return route(*args, **kwargs)
        return answer

    return asked_again


def answered(asked: Moment, hashes: list[int]) -> set[int]:
    """Of these tasks those with an answer."""
    if not hashes:
        return set()
    chosen = {"at": asked.parameters["at"], "hashes": hashes}
    return {row["hash"] for row in database().rows("queues/answered_of", chosen)}


def _came(asked: Moment, agent: str, has_states: bool) -> OpenTasks:
    wanted = {"agent": agent, "most": MOST + 1}
    came = {row["hash"]: row["agent"] for row in database().rows("queues/came", wanted)}
    if len(came) > MOST:
        return OpenTasks("now")
    if not came:
        return OpenTasks("settled")
    chosen = {"at": asked.parameters["at"], "hashes": list(came)}
    queries = [("queues/answered_of", chosen)]
    if has_states:
        queries.append(("queues/signs_of", {"hashes": chosen["hashes"]}))
    answers, *signs = database().together(*queries)
    begun = {row["hash"] for rows in signs for row in rows if _is_own(row, came[row["hash"]])}
    return OpenTasks("settled", [row["hash"] for row in answers], sorted(begun))


def _is_own(sign: Row, agent: str) -> bool:
    """A span of another agent says nothing."""
    return sign["event_name"] != "process" or sign["agent"] in ("", agent)


def _past(asked: Moment, settled: bool, agent: str, since: str) -> OpenTasks:
    if g.get("asks_views"):
        return OpenTasks("at")
    chosen = {"at": asked.parameters["at"], "agent": agent, "most": MOST + 1}
    [looked] = database().rows("queues/looked_since")
    if looked["is_behind"]:
        return OpenTasks("at")
    came = {**chosen, "looked_since": bound(utc(looked["looked_since"]))}
    later, *parts = database().together(
        ("queues/answered_later", {**chosen, "from": since}),
        *([] if settled else [("queues/touched", came)]),
    )
    touched = {row["hash"]: row["message_id"] for rows in parts for row in rows}
    if len(later) > MOST or len(touched) > MOST:
        return OpenTasks("at")
    later = [row for row in later if row["hash"] not in touched]
    if touched:
        done = answered(asked, list(touched))
        ids = sorted(name for task, name in touched.items() if task not in done)
        if not fits(ids):
            return OpenTasks("at")
        later += database().rows("queues/tasks_of", {"at": chosen["at"], "ids": ids})
    if len(later) > MOST:
        return OpenTasks("at")
    g.setdefault("touched_tasks", []).append((came, touched.keys()))
    return OpenTasks("at_settled", list(touched), [], later)
