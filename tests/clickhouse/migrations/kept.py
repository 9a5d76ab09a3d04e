"""Whether an insert succeeds, and whether each record is found again after every merge."""

from collections.abc import Mapping

import pytest

from tests.clickhouse.migrations.store import Row, Store, bisected

EVERYTHING = """
SELECT topic, partition, offset FROM agent_messages FINAL
UNION DISTINCT SELECT Topic, Partition, Offset FROM otel_traces FINAL WHERE Topic LIKE '%-spans'
UNION DISTINCT SELECT topic, partition, offset FROM trace_records FINAL
UNION DISTINCT SELECT topic, partition, offset FROM dead_letters FINAL
"""
BODIES = """
SELECT record FROM events FINAL
UNION DISTINCT SELECT record FROM error_reports FINAL
UNION DISTINCT SELECT record FROM handoffs FINAL
UNION DISTINCT SELECT record FROM span_metrics FINAL
"""


def load(store: Store, table: str, rows: list[Row]) -> None:
    """Insert in one block; when that fails, say which rows are to blame."""
    try:
        store.insert(table, rows)
    except RuntimeError as error:
        pytest.fail(f"{error}\n" + "\n".join(bisected(store, table, rows)[:10]))


def check_all_there(store: Store, rows: list[Row], bodies: Mapping[int, str]) -> None:
    """Each record by its position, or by its text where a table keeps no position."""
    for merged in (False, True):
        if merged:
            store.merge()
        found = {(r["topic"], r["offset"]) for r in store.rows(EVERYTHING)}
        texts = {r["record"] for r in store.rows(BODIES)}
        missing = []
        for row in rows:
            attributes = row["LogAttributes"]
            key = (attributes["kafka.topic"], int(attributes["kafka.offset"]))
            if key not in found and bodies[key[1]] not in texts:
                missing.append((key, bodies[key[1]][:500]))
        assert not missing, f"merged={merged}: {missing[:5]}"
