"""Who sends a task again: of two requests at once, on any replica, one at the most.

A claim is written before others are looked for. So of two at once at least one sees the other, and
leaves the task; that both do costs another try, not a task that is done twice.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from query_service.errors import Unavailable
from query_service.models.values import utc
from query_service.routes.context import database
from query_service.routes.redrive_tasks import AT_ONCE, Task

Told = dict[str, Any]
KEPT = timedelta(minutes=10)
"""By then what was sent is stored, or the pipeline stands; then the story tells."""
_OPEN = ("would_send", "left", "refused")
_TABLE = "redrive_claims"
_log = logging.getLogger(__name__)


def look(pairs: Sequence[tuple[Task, Told]]) -> None:
    """Refuse what another request sends again now, or did within ten minutes."""
    _refuse(UUID(int=0), pairs)


@contextmanager
def claimed(pairs: Sequence[tuple[Task, Told]]) -> Iterator[None]:
    """Hold these tasks while they are sent; what another request has is refused, and what was not
    sent in the end is given back, or after ten minutes where ClickHouse is away. Raises
    Unavailable."""
    claim = uuid4()
    _write(claim, pairs, is_deleted=0)
    try:
        _refuse(claim, pairs)
        yield
    finally:
        given_back = [pair for pair in pairs if pair[1]["outcome"] in _OPEN]
        try:
            _write(claim, given_back, is_deleted=1)
        except Unavailable:  # what was sent is still to be told
            _log.warning("%d tasks stay claimed for %s", len(given_back), KEPT)


def _refuse(claim: UUID, pairs: Sequence[tuple[Task, Told]]) -> None:
    by_key = {_key(task): told for task, told in pairs}
    keys = list(by_key)
    now = datetime.now(UTC)
    for begin in range(0, len(keys), AT_ONCE):
        some = keys[begin : begin + AT_ONCE]
        asked = {"keys": some, "claim": str(claim), "since": f"{now - KEPT:%F %T.%f}"}
        for row in database().rows("redrive/other_claims", asked):
            ago = max(0, round((now - utc(row["claimed_at"])).total_seconds()))
            reason = (
                f"another request sent it again {ago} s ago, or does so now: its `redrives` tell"
                " when it is stored"
            )
            by_key[row["task_key"]] |= {"outcome": "refused", "reason": reason}


def _write(claim: UUID, pairs: Sequence[tuple[Task, Told]], is_deleted: int) -> None:
    now = datetime.now(UTC)
    rows = [
        {
            "task_key": _key(task),
            "claim": claim,
            "message_id": task.message_id,
            "claimed_at": now,
            "is_deleted": is_deleted,
        }
        for task, _ in pairs
    ]
    database().insert(_TABLE, rows)


def _key(task: Task) -> str:
    """The task as it stands: sent again and stored, it is another one."""
    answer = task.row.get("answer")
    known = f"{task.message_id}\0{answer['message_id'] if answer else ''}"
    return sha256(known.encode("utf-8", "surrogatepass")).hexdigest()
