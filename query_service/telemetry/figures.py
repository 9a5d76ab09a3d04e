"""Figures for Prometheus. Under gunicorn all processes share them (PROMETHEUS_MULTIPROC_DIR)."""

import os

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)

REQUESTS = Histogram(
    "agent_telemetry_request_seconds",
    "Time until an answer begins, s, by route; a route that nobody has is other",
    ("method", "route", "status"),
    buckets=_SECONDS,
)
REQUESTS_NOW = Gauge(
    "agent_telemetry_requests_in_progress",
    "Requests that are being answered",
    multiprocess_mode="livesum",
)
QUERIES = Histogram(
    "agent_telemetry_clickhouse_query_seconds",
    "Time of a query of ClickHouse, s, by its SQL file (sql: of a caller's own)",
    ("query", "outcome"),
    buckets=_SECONDS,
)
QUERIES_NOW = Gauge(
    "agent_telemetry_clickhouse_queries_in_progress",
    "Connections to ClickHouse that are in use",
    multiprocess_mode="livesum",
)
LIVE_CLIENTS = Gauge(
    "agent_telemetry_live_clients", "Live streams that are open", multiprocess_mode="livesum"
)
LIVE_DROPPED = Counter(
    "agent_telemetry_live_dropped", "Live rows that were left out for slow clients"
)
POLLER_LAG = Gauge(
    "agent_telemetry_live_poller_lag_seconds",
    "Time since the live poller last saw all there was, s",
    multiprocess_mode="livemax",
)


def text() -> bytes:
    """All figures, of all processes, as Prometheus reads them."""
    if DIRECTORY not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return generate_latest(registry)
