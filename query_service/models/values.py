"""Values on their way from ClickHouse to JSON."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from string import ascii_lowercase, ascii_uppercase
from typing import Any

DEEPEST = 200
_EPOCH = datetime(1970, 1, 1)
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def utc(time: datetime) -> datetime:
    """The time with its zone; a time without one, as ClickHouse's driver gives it, is UTC."""
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def iso(time: datetime | None) -> str | None:
    """The time as naive UTC ISO 8601, the format of the earlier system."""
    return None if time is None else utc(time).replace(tzinfo=None).isoformat()


def ns(time: datetime) -> int:
    """The time in Unix ns."""
    return (utc(time) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


def from_ns(unix_ns: int) -> datetime:
    """The time of so many Unix ns, to the microsecond."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=unix_ns // 1000)


def iso_ns(unix_ns: int) -> str:
    """The time of so many Unix ns as `iso` has it, for thousands."""
    return (_EPOCH + timedelta(microseconds=unix_ns // 1000)).isoformat()


def normalise(agent: str) -> str:
    """The name that a queue is called by: lower case, dashes for spaces."""
    return agent.lower().replace(" ", "-")


def queue_name(agent: str) -> str:
    """As SQL names the queue of an agent, or of a part of it (`A:Planning`): lower() there knows
    ASCII alone."""
    return agent.partition(":")[0].translate(_LOWER).replace(" ", "-")


def or_none(text: str) -> str | None:
    """None for the empty string, which is how ClickHouse stores what is unknown."""
    return text or None


def _depth(text: str) -> int:
    """How deep the arrays and objects of a JSON text lie in each other."""
    brackets = re.findall(r"[\[{}\]]", re.sub(r'"(?:[^"\\]|\\.)*"', "", text))
    return max(accumulate(1 if b in "[{" else -1 for b in brackets), default=0)


def parse(text: str) -> Any:
    """The JSON value of a stored text; the text itself when Python cannot read it, or not write
    it again because it is too deep."""
    if not text:  # as most are: an exception takes ten times as long
        return text
    if text.count("[") + text.count("{") > DEEPEST and _depth(text) > DEEPEST:
        return text
    try:
        return json.loads(text, parse_constant=lambda _: None)
    except ValueError:
        return text


def record(text: str, **beside: Any) -> dict[str, Any]:
    """A stored JSON object as it came, with further fields where it has none of that name."""
    fields = parse(text)
    return {**beside, **fields} if isinstance(fields, dict) else {**beside, "record": text}


def finite(value: Any) -> Any:
    """The same value without NaN and infinities, which JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value
