"""Values that parameters take: words, times, names and ids."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

_RELATIVE = re.compile(r"-?(\d{1,9})(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LOST_PLUS = re.compile(r" (\d\d:?\d\d)$")

MessageType = Literal["task", "result", "error", "heartbeat", "cancel"]
Priority = Literal["low", "normal", "high", "critical"]
Outcome = Literal[
    "completed",
    "failed",
    "cancelled",
    "superseded",
    "expired",
    "in_progress",
    "queued",
    "lost",
    "unknown",
]
PendingState = Literal["queued", "in_progress", "expired", "lost", "unknown"]
Severity = Literal["critical", "error", "warning", "info"]
EventSeverity = Literal["debug", "info", "warning", "error", "critical"]
Kind = Literal["message", "event", "span", "error", "handoff", "trace_record", "dead_letter"]
Status = Literal["running", "completed", "failed", "waiting", "cancelled"]
SearchKind = Literal[
    "message", "span", "error", "trace", "event", "handoff", "session", "error_group"
]
ByTime = Literal["time", "-time"]
Step = Literal["1m", "5m", "15m", "1h", "6h", "1d"]
Category = Literal[
    "llm_error",
    "agent_error",
    "tool_error",
    "handoff_error",
    "validation_error",
    "timeout_error",
    "resource_error",
    "network_error",
    "config_error",
    "unknown",
]


def example(example: str | int | bool) -> Any:
    """The example that the OpenAPI document shows of a parameter."""
    return Field(json_schema_extra={"example": example})


def parse_time(value: object) -> datetime | timedelta | None:
    """An absolute time in UTC, or how long ago: `2026-11-22T11:51:55+01:00`, `15m` or `-15m`.

    A time without a zone is UTC. Raises PydanticCustomError for anything else.
    """
    if value is None:
        return None
    text = str(value)
    try:
        if relative := _RELATIVE.fullmatch(text):
            return timedelta(**{_UNITS[relative[2]]: int(relative[1])})
        # An unescaped + in a query string arrives as a space.
        time = datetime.fromisoformat(_LOST_PLUS.sub(r"+\1", text) if "T" in text else text)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise PydanticCustomError(
            "time_parsing",
            "Input should be a time in ISO 8601 (UTC when it has no zone) "
            "or so long ago, like 15m (s, m, h, d; -15m is the same)",
        ) from error


def parse_duration(value: object) -> object:
    """How long: `15m`, `-15m`. Raises PydanticCustomError for anything else than so long."""
    if isinstance(value, timedelta):
        return value
    if not _RELATIVE.fullmatch(str(value)):
        raise PydanticCustomError("duration_parsing", "Input should be like 15m (s, m, h, d)")
    return parse_time(value)


Duration = Annotated[timedelta, BeforeValidator(parse_duration, json_schema_input_type=str)]
Time = Annotated[
    datetime | timedelta | None,
    BeforeValidator(parse_time, json_schema_input_type=str | None),
    example("15m"),
]
TraceId = Annotated[str, example("4bf92f3577b34da6a3ce929d0e0e4736")]
MessageId = Annotated[str, example("9a4c2d8e-77f1-4a6b-8e1c-2f5b8f6f0d11")]
Cursor = Annotated[str, example("eyJhdCI6IjIwMjYtMTEtMjJUMTI6MDA6MDBaIn0=")]
Fingerprint = Annotated[str, Field(pattern="^[0-9a-f]{16}$"), example("8f14e45fceea167a")]
AgentName = Annotated[str, example("Researcher")]
Milliseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
