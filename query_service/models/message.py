"""AgentMessages."""

import json
from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.models.values import record, utc

PREVIEW = 200
"""Characters of a payload that a list shows."""
WHOLE = 256 * 1024
"""Characters of a record that a list of whole ones shows."""


def message(row: Row, whole: bool = True) -> dict[str, Any]:
    """An AgentMessage as it came; beside it `deliveries` above one, and `oddities`."""
    beside: dict[str, Any] = {"message_id": row["message_id"]}
    if row["deliveries"] > 1:
        beside["deliveries"] = row["deliveries"]
    if row["oddities"]:
        beside["oddities"] = row["oddities"]
    return shown(row["body"], beside, whole)


def pending_task(row: Row, now: datetime, whole: bool = True) -> dict[str, Any]:
    """A task as it came; beside it `state`, `waiting_seconds` and `messages_before`.

    `waiting_seconds` is null, and `clock_skew` true, when the sender's clock is ahead of `now`.
    """
    waiting = (now - utc(row["event_time"])).total_seconds()
    beside: dict[str, Any] = {
        "message_id": row["message_id"],
        "state": row["state"],
        "waiting_seconds": waiting if waiting >= 0 else None,
    }
    if waiting < 0:
        beside["clock_skew"] = True
    beside["messages_before"] = row["behind"]
    return shown(row["body"], beside, whole)


def shown(body: str, beside: dict[str, Any], whole: bool) -> dict[str, Any]:
    """A record with what is beside it; a long payload is cut to a preview, if `whole` only that of
    a record that is very long: one may have 16 MiB."""
    found = record(body, **beside)
    if len(body) <= (WHOLE if whole else PREVIEW) or "payload" not in found:
        return found
    payload = found["payload"]
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    if len(text) <= PREVIEW:
        return found
    return found | {"payload": None, "payload_preview": text[:PREVIEW]}
