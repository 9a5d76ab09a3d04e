"""Spans of both worlds in one shape."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as gen_ai
from opentelemetry.semconv.attributes.exception_attributes import EXCEPTION_STACKTRACE
from opentelemetry.semconv.attributes.service_attributes import SERVICE_VERSION

from query_service.db import Row
from query_service.models import content
from query_service.models.values import iso, normalise, or_none, parse, record, utc

_BEFORE_ITS_END: dict[str, Any] = {
    "status": "running",
    "end_time": None,
    "duration_ms": None,
    "output_data": {},
    "response": None,
    "token_usage": None,
    "error_message": None,
    "error_type": None,
    "error_stack": None,
}


def agent_id(row: Row) -> str:
    """The agent's own id, else its name as its queue is called; parts of an agent (`A:Planning`)
    are that agent."""
    return row["agent_id"] or normalise(row["agent_name"].partition(":")[0])


def ended(row: Row, at: datetime) -> bool:
    """Whether the span had ended at that time; an end beyond 2100 is a wrong clock, not a wait."""
    if row["end_time"] is None:
        return row["status"] not in ("running", "waiting")
    end = utc(row["end_time"])
    return end <= at or end.year >= 2100


def status(row: Row, at: datetime) -> str:
    """The status that the span had at that time."""
    return str(row["status"]) if ended(row, at) else "running"


def token_usage(row: Row) -> dict[str, int] | None:
    """Tokens of the span; None when it tells none."""
    prompt, completion = row["input_tokens"], row["output_tokens"]
    if prompt is None and completion is None:
        return None
    return {
        "prompt_tokens": prompt or 0,
        "completion_tokens": completion or 0,
        "total_tokens": (prompt or 0) + (completion or 0),
        "cached_tokens": _cached_tokens(row),
    }


def _cached_tokens(row: Row) -> int:
    if "cached_tokens" in row:  # of span_outlines
        return row["cached_tokens"] or 0
    cached = row["attributes"].get(gen_ai.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, "")
    return int(cached) if cached.isdecimal() else 0


def _number(text: str | None) -> float | None:
    number = parse(text or "")
    return number if isinstance(number, int | float) else None


def _object(text: str | None, key: str) -> dict[str, Any]:
    """The JSON object of a text, or {key: value} for any other value; {} for none."""
    value = parse(text or "")
    return value if isinstance(value, dict) else {key: value} if value else {}


def _events(row: Row) -> list[dict[str, Any]]:
    columns = zip(row["event_names"], row["event_times"], row["event_attributes"], strict=True)
    return [{"name": n, "timestamp": iso(t), "attributes": a} for n, t, a in columns]


def _stack(events: list[dict[str, Any]]) -> str | None:
    stacks = [e["attributes"].get(EXCEPTION_STACKTRACE) for e in events]
    return next((stack for stack in stacks if stack), None)


def _tool_invocations(row: Row, attributes: Mapping[str, str]) -> list[dict[str, Any]]:
    if not row["tool_name"]:
        return []
    return [
        {
            "tool_id": or_none(attributes.get(gen_ai.GEN_AI_TOOL_CALL_ID, "")),
            "tool_name": row["tool_name"],
            "input_parameters": _object(
                attributes.get(gen_ai.GEN_AI_TOOL_CALL_ARGUMENTS), "arguments"
            ),
            "output": parse(attributes.get(gen_ai.GEN_AI_TOOL_CALL_RESULT, "")) or None,
            "error": or_none(row["error_message"]),
            "start_time": iso(row["start_time"]),
            "end_time": iso(row["end_time"]),
            "duration_ms": row["duration_ms"],
        }
    ]


def _from_otlp(row: Row) -> dict[str, Any]:
    """An OTLP span with every key of a Span; what it does not tell is null or empty."""
    attributes = row["attributes"]
    events = _events(row)
    arguments = attributes.get(gen_ai.GEN_AI_TOOL_CALL_ARGUMENTS)
    result = attributes.get(gen_ai.GEN_AI_TOOL_CALL_RESULT)
    return {
        "span_id": row["span_id"],
        "trace_id": row["trace_id"],
        "parent_span_id": or_none(row["parent_span_id"]),
        "agent_id": agent_id(row),
        "agent_name": row["agent_name"],
        "agent_type": None,
        "agent_version": attributes.get(gen_ai.GEN_AI_AGENT_VERSION)
        or row["resource_attributes"].get(SERVICE_VERSION),
        "span_kind": row["kind"],
        "status": row["status"],
        "start_time": iso(row["start_time"]),
        "end_time": iso(row["end_time"]),
        "duration_ms": row["duration_ms"],
        "input_data": _object(arguments or attributes.get("input.value"), "input"),
        "output_data": _object(result or attributes.get("output.value"), "output"),
        "model_name": or_none(row["model"]),
        "model_provider": or_none(row["provider"]),
        "messages": content.messages(attributes),
        "response": content.response(attributes),
        "token_usage": token_usage(row),
        "temperature": _number(attributes.get(gen_ai.GEN_AI_REQUEST_TEMPERATURE)),
        "max_tokens": _number(attributes.get(gen_ai.GEN_AI_REQUEST_MAX_TOKENS)),
        "tools_available": content.tools(attributes),
        "tool_invocations": _tool_invocations(row, attributes),
        "error_message": or_none(row["error_message"]),
        "error_type": or_none(row["error_type"]),
        "error_stack": _stack(events),
        "attributes": attributes,
        "events": events,
        "name": row["name"],
        "service_name": or_none(row["service_name"]),
    }


def span(row: Row, at: datetime) -> dict[str, Any]:
    """A Span as it was at that time; beside it `oddities`.

    A JSON record is as it came; before its end it is shown without what its end told.
    """
    shown = record(row["span_record"]) if row["span_record"] else _from_otlp(row)
    if not ended(row, at):
        shown |= {key: value for key, value in _BEFORE_ITS_END.items() if key in shown}
    return {"oddities": row["oddities"], **shown} if row["oddities"] else shown
