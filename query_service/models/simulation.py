"""A made-up trace of three agents, as the JSON topics carry it."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from query_service.models.values import iso, normalise

_AGENTS = ("Simulated Orchestrator", "Simulated Researcher", "Simulated Writer")
_KINDS = ("agent", "llm_call", "task")
_MODEL = {"model_name": "simulated-model", "model_provider": "simulated"}
_USAGE = {"prompt_tokens": 120, "completion_tokens": 60, "total_tokens": 180, "cached_tokens": 0}
_LENGTH = timedelta(seconds=1)
Record = tuple[str, dict[str, Any]]


def simulated_trace(now: datetime) -> tuple[str, list[Record]]:
    """The id of the trace, and its records with their topics: it ended at `now`.

    Every object, the spans and handoffs within the trace too, has `simulated` true.
    """
    trace_id = uuid.uuid4().hex
    starts = [now - (len(_AGENTS) - i) * _LENGTH for i in range(len(_AGENTS))]
    ids = [uuid.uuid4().hex[:16] for _ in _AGENTS]
    spans = [_span(trace_id, ids, number, start) for number, start in enumerate(starts)]
    handoffs = [_handoff(trace_id, i, starts[i + 1]) for i in range(len(_AGENTS) - 1)]
    trace = {
        "trace_id": trace_id,
        "session_id": "simulated",
        "user_id": "simulated",
        "root_agent_id": normalise(_AGENTS[0]),
        "root_agent_name": _AGENTS[0],
        "spans": spans,
        "handoffs": handoffs,
        "start_time": iso(starts[0]),
        "end_time": iso(now),
        "total_duration_ms": (now - starts[0]) / timedelta(milliseconds=1),
        "total_tokens": _USAGE["total_tokens"],
        "total_cost": 0.0,
        "agent_count": len(_AGENTS),
        "tool_call_count": 0,
        "llm_call_count": 1,
        "status": "completed",
        "error_message": None,
        "user_input": "a simulated question",
        "final_output": "a simulated answer",
        "metadata": {"simulated": True},
        "simulated": True,
    }
    events = [
        _event(span, type_, time)
        for span in spans
        for type_, time in (("agent_start", "start_time"), ("agent_end", "end_time"))
    ]
    records: list[Record] = [("agent-telemetry-traces", trace)]
    return trace_id, records + [("agent-telemetry-events", event) for event in events]


def _span(trace_id: str, ids: list[str], number: int, start: datetime) -> dict[str, Any]:
    """The first span lasts as long as the trace and holds the others, which follow each other."""
    length = _LENGTH * (len(_AGENTS) if number == 0 else 1)
    kind = _KINDS[number]
    model = {**_MODEL, "token_usage": _USAGE} if kind == "llm_call" else {}
    return {
        "span_id": ids[number],
        "trace_id": trace_id,
        "parent_span_id": ids[0] if number else None,
        "agent_id": normalise(_AGENTS[number]),
        "agent_name": _AGENTS[number],
        "span_kind": kind,
        "status": "completed",
        "start_time": iso(start),
        "end_time": iso(start + length),
        "duration_ms": length / timedelta(milliseconds=1),
        "attributes": {"agent_telemetry.simulated": True},
        **model,
        "simulated": True,
    }


def _handoff(trace_id: str, number: int, time: datetime) -> dict[str, Any]:
    source, target = _AGENTS[number], _AGENTS[number + 1]
    return {
        "handoff_id": str(uuid.uuid4()),
        "trace_id": trace_id,
        "source_agent_id": normalise(source),
        "source_agent_name": source,
        "target_agent_id": normalise(target),
        "target_agent_name": target,
        "reason": "a simulated handoff",
        "context": {"simulated": True},
        "timestamp": iso(time),
        "simulated": True,
    }


def _event(span: dict[str, Any], event_type: str, time: str) -> dict[str, Any]:
    return {
        "event_id": str(uuid.uuid4()),
        "trace_id": span["trace_id"],
        "span_id": span["span_id"],
        "event_type": event_type,
        "severity": "info",
        "agent_id": span["agent_id"],
        "agent_name": span["agent_name"],
        "message": f"{span['agent_name']}: {event_type}",
        "data": {"simulated": True},
        "timestamp": span[time],
        "simulated": True,
    }
