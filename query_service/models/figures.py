"""Figures of like spans: counts, and quantiles of how long they took."""

from collections.abc import Mapping
from math import ceil
from typing import Any

from query_service.db import Row
from query_service.models.values import iso

BINS_PER_DOUBLING = 16
"""A span of 2^(k/16) ns up to 2^((k+1)/16) ns is in bin k: a quantile is at most 2.2 % off."""


def quantile_ms(bins: Mapping[int, int], share: float) -> float | None:
    """How long, in ms, this share of the spans took at most; None without any."""
    rank = ceil(share * sum(bins.values()))
    seen = 0
    for number in sorted(bins):
        seen += bins[number]
        if seen >= rank:
            return round(2 ** ((number + 0.5) / BINS_PER_DOUBLING) / 1e6, 6)
    return None


def _figures(row: Row) -> dict[str, Any]:
    bins = row["bins"]
    return {
        "count": row["span_count"],
        "ended": row["ended_count"],
        "errors": row["error_count"],
        "p50_ms": quantile_ms(bins, 0.5),
        "p95_ms": quantile_ms(bins, 0.95),
        "p99_ms": quantile_ms(bins, 0.99),
        "input_tokens": row["tokens_in"],
        "output_tokens": row["tokens_out"],
        "cost": row["total_cost"] if row["priced_count"] else None,
    }


def group(row: Row) -> dict[str, Any]:
    """Figures of the spans of one name of one agent."""
    return {"agent_name": row["agent"], "name": row["name"], **_figures(row)}


def point(row: Row) -> dict[str, Any]:
    """Figures of the spans that started in one step."""
    return {"start": iso(row["start"]), **_figures(row)}
