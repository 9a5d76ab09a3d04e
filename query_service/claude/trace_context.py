"""One trace in short: how it went, what took the time, what failed."""

from collections import Counter
from operator import itemgetter
from typing import Any

Json = dict[str, Any]
SLOW_MS = 5_000.0
MOST_ENTRIES = 500


def trace_context(whole: Json, errors: list[Json]) -> Json:
    """Of a trace as /traces/{id} tells it, and its failures."""
    trace, spans = whole["trace"], whole["spans"]
    duration = trace["total_duration_ms"]
    timeline = [*map(_span_entry, spans), *map(_event_entry, whole["events"])]
    timeline.sort(key=lambda entry: entry["timestamp"] or "")
    return {
        "trace_id": trace["trace_id"],
        "status": trace["status"],
        "duration_ms": duration,
        "is_slow": duration is not None and duration > SLOW_MS,
        "has_errors": bool(errors) or any(span["status"] == "failed" for span in spans),
        "summary": {
            "agent_count": trace["agent_count"],
            "llm_calls": trace["llm_call_count"],
            "tool_calls": trace["tool_call_count"],
            "total_tokens": trace["total_tokens"],
            "error_count": len(errors),
        },
        "bottleneck": _bottleneck(spans),
        "timeline": timeline[:MOST_ENTRIES],
        "timeline_omitted": max(0, len(timeline) - MOST_ENTRIES),
        "handoffs": whole["handoffs"],
        "errors": errors,
        "user_input": trace["user_input"],
        "final_output": trace["final_output"],
    }


def _bottleneck(spans: list[Json]) -> Json | None:
    """The span with the longest time of its own, without its children."""
    children = Counter[str]()
    for span in spans:
        if span["parent_span_id"]:
            children[span["parent_span_id"]] += span["duration_ms"] or 0
    timed = [(_own(span, children), span["span_id"], span) for span in spans if span["duration_ms"]]
    if not timed:
        return None
    own, _, span = max(timed, key=itemgetter(0, 1))
    return {
        "span_id": span["span_id"],
        "name": span.get("name"),
        "agent_name": span["agent_name"],
        "duration_ms": span["duration_ms"],
        "own_ms": round(own, 3),
        "span_kind": span["span_kind"],
    }


def _own(span: Json, children: Counter[str]) -> float:
    return max(0.0, float(span["duration_ms"]) - children[span["span_id"]])


def _span_entry(span: Json) -> Json:
    return {
        "type": "span",
        "timestamp": span["start_time"],
        "span_id": span["span_id"],
        "agent": span["agent_name"],
        "kind": span["span_kind"],
        "duration_ms": span["duration_ms"],
        "status": span["status"],
        "error": span["error_message"],
    }


def _event_entry(event: Json) -> Json:
    return {
        "type": "event",
        "timestamp": event["timestamp"],
        "event_type": event["event_type"],
        "message": event["message"],
        "severity": event["severity"],
    }
