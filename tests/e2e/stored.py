"""Where records are stored: by position and bytes, or by bytes where a table keeps no position."""

import hashlib
from collections.abc import Iterable, Mapping

from clickhouse_connect.driver.client import Client

from tests.e2e.kafka import Position

TABLES = (
    "agent_messages",
    "otel_traces",
    "trace_records",
    "events",
    "handoffs",
    "span_metrics",
    "error_reports",
    "dead_letters",
)
# A trace record is kept without the spans that have rows of their own: its bytes differ.
_AT = """
SELECT topic, partition, offset, lower(hex(MD5(body)))
FROM agent_messages FINAL WHERE topic IN {topics:Array(String)}
UNION ALL
SELECT Topic, Partition, Offset, lower(hex(MD5(Record)))
FROM otel_traces FINAL WHERE Topic = 'agent-telemetry-spans' AND has({topics:Array(String)}, Topic)
UNION ALL
SELECT topic, partition, offset, ''
FROM trace_records FINAL WHERE has({topics:Array(String)}, topic)
UNION ALL
SELECT topic, partition, offset, lower(hex(MD5(value)))
FROM dead_letters FINAL WHERE topic IN {topics:Array(String)}
"""
_BYTES = """
SELECT 'agent-telemetry-events', lower(hex(MD5(record))) FROM events FINAL
UNION DISTINCT
SELECT 'agent-telemetry-handoffs', lower(hex(MD5(record))) FROM handoffs FINAL
UNION DISTINCT
SELECT 'agent-telemetry-metrics', lower(hex(MD5(record))) FROM span_metrics FINAL
UNION DISTINCT
SELECT 'agent-telemetry-errors', lower(hex(MD5(record))) FROM error_reports FINAL
"""


def missing(client: Client, sent: Mapping[Position, bytes]) -> set[Position]:
    """Positions of `sent` that no table has, neither typed nor as a dead letter, with their bytes.

    A span's row has the position of its latest version: the others are missing.
    """
    topics = sorted({topic for topic, _, _ in sent})
    at = set(client.query(_AT, parameters={"topics": topics}).result_rows)
    elsewhere = set(client.query(_BYTES).result_rows)

    def is_stored(position: Position, value: bytes) -> bool:
        digest = hashlib.md5(value).hexdigest()
        return (
            (*position, digest) in at or (*position, "") in at or (position[0], digest) in elsewhere
        )

    return {position for position, value in sent.items() if not is_stored(position, value)}


def merge(client: Client, tables: Iterable[str] = TABLES) -> None:
    """Merge the tables as far as they go: what a later version replaces is gone."""
    for table in tables:
        client.command(f"OPTIMIZE TABLE {table} FINAL")
