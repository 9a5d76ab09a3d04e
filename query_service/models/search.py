"""What `/api/v1/search` looks for, and how it shows what it finds."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from query_service.db import Row
from query_service.models.values import iso, utc

WORD_KINDS = ("message", "span", "error")
KINDS = (*WORD_KINDS, "trace", "event", "handoff", "session", "error_group")
SHORTEST_PREFIX = 8
MOST_WORDS = 64
"""As many as ClickHouse looks for at once."""
_PREVIEW = 200
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
# As ClickHouse's tokenizer splitByNonAlpha: what is no ASCII letter or digit stands between words.
_WORD = re.compile(r"[0-9a-z\x80-\U0010ffff]+")


def words(text: str) -> list[str]:
    """The words of a text, in lower case, each once."""
    return list(dict.fromkeys(_WORD.findall(text.lower())))


def id_bounds(text: str) -> dict[str, Any]:
    """The ids that a text may be, and the bounds of those that begin so: none for a short one."""
    ids = list(dict.fromkeys((text, text.lower())))
    start = text.lower() if len(text) >= SHORTEST_PREFIX else ""
    return {"ids": ids, "from": start, "to": f"{start}\U0010ffff" if start else ""}


def fingerprint(ids: list[str]) -> str | None:
    """The one of some ids that can be the fingerprint of a group of errors."""
    return next((text for text in ids if _FINGERPRINT.fullmatch(text)), None)


def _link(row: Row) -> str:
    """Where REST has it."""
    own, trace = quote(row["id"], safe=""), quote(row["trace_id"], safe="")
    other = quote(row["resource_id"], safe="")
    match row["kind"]:
        case "error":
            return f"/api/v1/errors/{own}"
        case "event" if trace:
            return f"/api/v1/events?trace_id={trace}"
        case "event":
            return f"/api/v1/events?since={_second(row, 0)}&until={_second(row, 1)}"
        case "error_group":
            return f"/api/v1/errors/groups/{own}?since={row['resource_id']}"
        case "session":
            return f"/api/v1/traces?session_id={own}"
        case "handoff":
            return f"/api/v1/handoffs/{other}"
        case "message" if row["title"].startswith("task "):
            return f"/api/v1/handoffs/{own}"
        case "message" if other:
            return f"/api/v1/handoffs/{other}"
        case "message":
            return f"/api/v1/queues/{quote(row['agent'], safe='')}"
        case _:
            return f"/api/v1/traces/{trace}"


def _second(row: Row, later: int) -> str | None:
    """The full second of a time, or one after it: events are known by it."""
    return iso(utc(row["event_time"]).replace(microsecond=0) + timedelta(seconds=later))


def item(row: Row) -> dict[str, Any]:
    """One thing that was found."""
    return {
        "kind": row["kind"],
        "id": row["id"],
        "title": row["title"][:_PREVIEW],
        "preview": row.get("preview", "")[:_PREVIEW] or None,
        "time": iso(row["event_time"]),
        "trace_id": row["trace_id"] or None,
        "agent": row["agent"] or None,
        "link": _link(row),
    }
