"""How the traces of a window went."""

import math
from datetime import datetime
from typing import Any

from query_service.db import Row
from query_service.routes.context import bound, database


def find(since: datetime, at: datetime) -> Row:
    """The row of claude/performance.sql."""
    asked = {"since": bound(since), "at": bound(at)}
    return database().rows("claude/performance", asked)[0]


def told(row: Row, minutes: int) -> dict[str, Any]:
    """The same as the earlier system has it; a figure of no traces is 0 there, and null here."""
    total = row["total_traces"]
    p50, p95, p99 = (row["latencies_ms"] or [math.nan] * 3)[:3]
    latency = {"avg_ms": row["avg_ms"], "p50_ms": p50, "p95_ms": p95, "p99_ms": p99}
    return {
        "time_window_minutes": minutes,
        "total_traces": total,
        "successful_traces": row["successful_traces"],
        "failed_traces": row["failed_traces"],
        "success_rate": _rate(row["successful_traces"], row["failed_traces"]),
        "latency": {
            name: _rounded(value) for name, value in {**latency, "max_ms": row["max_ms"]}.items()
        },
        "tokens": _total(row["tokens"], total),
        "llm_calls": _total(row["llm_calls"], total),
        "tool_calls": row["tool_calls"],
        "unique_agents": len(row["agents"]),
    }


def _rate(good: int, bad: int) -> float | None:
    """Of those that are over; running ones are neither."""
    return round(good / (good + bad), 4) if good + bad else None


def _rounded(value: float) -> float | None:
    return round(value, 2) if math.isfinite(value) and value else None


def _total(value: int, traces: int) -> dict[str, float | None]:
    return {"total": value, "avg_per_trace": round(value / traces, 2) if traces else None}
