"""Pending tasks of queues, as the schema of the oracle has them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from query_service.models.oracle_blocked import IN_PROGRESS, WAITING, Link
from query_service.models.values import iso_ns

LEVELS = ("low", "normal", "high", "critical")
USUAL = "normal"
"""What a message is that says nothing else."""
MOST_PROMPT = 2_000
"""Characters of a prompt that are told."""
_MINUTE = 60 * 10**9


class Fields(NamedTuple):
    """What is told of the record of a task: its priority, None when that is none that is known, and
    fields of the schema. Whether it has a payload that is not told, and a prompt that is cut."""

    level: str | None
    told: dict[str, Any]
    is_without_args: bool
    is_cut: bool


class OpenTask(NamedTuple):
    """A task that is shown."""

    id: str
    sent_ns: int
    state: str
    fields: Fields


def fields(sent_ns: int, record: Mapping[str, Any]) -> Fields:
    """Of a record whose payload, when it is long, is a preview."""
    level = record.get("priority") or USUAL
    told: dict[str, Any] = {"submitted_at": iso_ns(sent_ns)}
    if sender := _text(record.get("source_agent")):
        told["invoked_by"] = sender
    prompt = _text(record.get("reason"))
    if prompt:
        told["prompt"] = prompt[:MOST_PROMPT]
    payload = record.get("payload")
    if isinstance(payload, dict):
        told["args"] = payload
    is_without = "args" not in told and bool(payload or record.get("payload_preview"))
    return Fields(level if level in LEVELS else None, told, is_without, len(prompt) > MOST_PROMPT)


def size(fields: Fields) -> int:
    """Bytes that these take, about: a payload has 200 characters at most."""
    texts = (fields.told.get(name, "") for name in ("prompt", "invoked_by"))
    return 1_200 + 4 * sum(map(len, texts))


def item(task: OpenTask, blocker: Link | None, now_ns: int) -> dict[str, Any]:
    """A task as the schema has it."""
    priority: dict[str, Any] = {"level": task.fields.level or USUAL}
    if blocker:
        priority["blocked_task"] = blocker.message_id
    waits = waiting_since_mins(task, blocker, now_ns)
    if waits is not None:
        priority["waiting_since_mins"] = waits
    return {"id": task.id, "priority": priority, **task.fields.told}


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
