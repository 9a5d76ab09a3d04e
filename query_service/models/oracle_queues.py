"""Pending tasks of queues, as the schema of the oracle has them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from query_service.models.oracle_blocked import IN_PROGRESS, WAITING, Link
from query_service.models.values import from_ns, iso

LEVELS = ("low", "normal", "high", "critical")
USUAL = "normal"
"""What a message is that says nothing else."""
MOST_PROMPT = 2_000
"""Characters of a prompt that are told."""
_MINUTE = 60 * 10**9


class OpenTask(NamedTuple):
    """A task that is shown, with the fields of its record; a long payload is cut from it."""

    id: str
    sent_ns: int
    state: str
    record: Mapping[str, Any]

    @property
    def level(self) -> str | None:
        """Its priority; None when it is none that is known."""
        level = self.record.get("priority") or USUAL
        return level if level in LEVELS else None

    @property
    def args(self) -> dict[str, Any] | None:
        """Its payload, when that is an object, and short."""
        payload = self.record.get("payload")
        return payload if isinstance(payload, dict) else None

    @property
    def prompt(self) -> str:
        """Why it was sent."""
        return _text(self.record.get("reason"))


def item(task: OpenTask, blocker: Link | None, now_ns: int) -> dict[str, Any]:
    """A task as the schema has it."""
    priority: dict[str, Any] = {"level": task.level or USUAL}
    if blocker:
        priority["blocked_task"] = blocker.message_id
    waits = waiting_since_mins(task, blocker, now_ns)
    if waits is not None:
        priority["waiting_since_mins"] = waits
    found: dict[str, Any] = {
        "id": task.id,
        "priority": priority,
        "submitted_at": iso(from_ns(task.sent_ns)),
    }
    if sender := _text(task.record.get("source_agent")):
        found["invoked_by"] = sender
    if task.prompt:
        found["prompt"] = task.prompt[:MOST_PROMPT]
    if task.args is not None:
        found["args"] = task.args
    return found


def waiting_since_mins(task: OpenTask, blocker: Link | None, now_ns: int) -> float | None:
    """How long it waits: one that nobody has taken since it was sent, one that is worked on since
    that was sent which it waits for. None: it does not wait, or a clock is ahead."""
    if task.state in WAITING:
        since = task.sent_ns
    elif task.state == IN_PROGRESS and blocker:
        since = blocker.sent_ns
    else:
        return None
    return round((now_ns - since) / _MINUTE, 3) if since <= now_ns else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
