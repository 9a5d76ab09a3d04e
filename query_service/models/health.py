"""Health: what is up, and how far behind the pipeline is."""

from datetime import datetime, timedelta
from typing import Any

from query_service.db import Row
from query_service.models.values import iso, utc

OLD = timedelta(seconds=180)  # three keep-alives of the observer


def _group(row: Row, now: datetime) -> dict[str, Any]:
    observed_at = utc(row["observed_at"])
    old = now - observed_at > OLD
    return {
        "group": row["consumer_group"],
        "lag": None if old else row["lag"],
        "partitions": row["partitions"],
        "observed_at": iso(observed_at),
        "unknown_since": iso(observed_at) if old else None,
    }


def pipeline(rows: list[Row], now: datetime) -> dict[str, Any]:
    """Records that wait for each consumer group of the ingester, and in all.

    `lag` is null when the newest sample is too old to be true; `unknown_since` is its time, null
    also when there is no sample at all (`observed_at` null).
    """
    groups = [_group(row, now) for row in rows]
    known = [group["lag"] for group in groups if group["lag"] is not None]
    newest = max((utc(row["observed_at"]) for row in rows), default=None)
    return {
        "lag": sum(known) if known else None,
        "observed_at": iso(newest),
        "unknown_since": None if known else iso(newest),
        "groups": groups,
    }


def status(parts: dict[str, dict[str, Any]], schema_is_current: bool, lag: int | None) -> str:
    """unhealthy: nothing can be answered; degraded: answers may be behind; else healthy."""
    if parts["clickhouse"]["status"] == "down" or not schema_is_current:
        return "unhealthy"
    if lag is None or any(part["status"] == "down" for part in parts.values()):
        return "degraded"
    return "healthy"
