"""Migration 0019 on a database that has spans: nothing is lost, wherever it is cut off."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from clickhouse import migrate as module
from clickhouse.migrate import migrate, migrations
from tests.clickhouse.test_migrate import connected
from tests.clickhouse_fixture import running

SPAN = """
INSERT INTO otel_traces
    (TraceId, SpanId, ServiceName, Timestamp, EventTime, EndTimestamp, Ended, ArrivedAt, Version,
    Links.TraceId, Links.SpanId, Links.TraceState, Links.Attributes)
SELECT
    {trace:String}, 's', {service:String}, start, start,
    toDateTime64('2026-11-22 12:30:00', 9, 'UTC'), true, now64(9), {version:UInt256},
    ['linked'], ['l'], [''], [map()]
FROM (SELECT toDateTime64('2026-11-22 12:00:00', 9, 'UTC') + {version:UInt16} AS start)
"""
OWN = "agent-telemetry-query"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with running(tmp_path / "clickhouse") as url:
        connected(url, "default").command("CREATE DATABASE fresh ENGINE = Atomic")
        yield connected(url, "fresh")


def _send(client: Client, trace: str, service: str = "writer") -> None:
    """A span that came in two versions, the later one first."""
    for version in (2, 1):
        values = {"trace": trace, "service": service, "version": version}
        client.command(SPAN, parameters=values)


def _starts(client: Client, table: str) -> list[tuple[str, int]]:
    """Traces, and which version of their span says when it started."""
    rows = client.query(
        "SELECT trace_id, dateDiff('second', toDateTime64('2026-11-22 12:00:00', 9, 'UTC'),"
        f" event_time) FROM {table} FINAL ORDER BY trace_id"
    ).result_rows
    return [(trace, second) for trace, second in rows]


def test_the_later_version_counts_and_own_spans_do_not(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = migrations()
    with monkeypatch.context() as patch:
        patch.setattr(module, "migrations", lambda: everything[:18])
        migrate(client)
    statements = everything[18].statements
    _send(client, "before")
    _send(client, "own-before", OWN)
    for last in range(1, len(statements)):
        for statement in statements[:last]:
            client.command(statement)
        _send(client, f"cut-{last:02}")
    migrate(client)
    _send(client, "then")
    _send(client, "then-own", OWN)
    cut = [f"cut-{last:02}" for last in range(1, len(statements))]
    expected = [(trace, 2) for trace in ("before", *cut, "then")]
    assert _starts(client, "span_ends") == expected
    linked = [name for name, _ in _starts(client, "trace_links") if "own" not in name]
    assert linked == [name for name, _ in expected]
    assert {start for _, start in _starts(client, "trace_links")} == {2}
    for table in ("span_outlines", "trace_buckets", "trace_index", "span_ends", "arrivals"):
        found = client.command(f"SELECT count() FROM {table} WHERE trace_id = 'then-own'")
        assert found == 0, table
        assert client.command(f"SELECT count() FROM {table} WHERE trace_id = 'then'"), table
    kept = "SELECT uniqExact(TraceId) FROM otel_traces WHERE ServiceName = {own:String}"
    assert client.command(kept, parameters={"own": OWN}) == 2
