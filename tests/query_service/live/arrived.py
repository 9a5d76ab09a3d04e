"""Rows of `arrivals`, and a table of them that becomes visible as a test says."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from query_service.db import Database, Row
from query_service.live.arrivals import SECOND
from query_service.live.rows import LiveRow
from query_service.settings import Settings

NOW = 1_795_348_000 * SECOND


def arrived(row_id: int = 1, **fields: Any) -> Row:
    """A row as `live/rows.sql` gives it: a message."""
    row: Row = {
        "inserted": NOW, "age": 0, "kind": "message", "row_id": row_id, "id": f"m{row_id}",
        "trace_id": "t1", "parent_id": "", "agent": "writer", "source": "coder", "type": "task",
        "severity": "", "state": "normal", "event_time": datetime(2026, 11, 22, tzinfo=UTC),
        "preview": "write it", "record": "", "record_bytes": 0, "topic": "agent-queue-writer",
        "partition": 0, "offset": row_id,
    }  # fmt: skip
    return row | fields


def live(row_id: int = 1, **fields: Any) -> LiveRow:
    """A row on its way to clients."""
    return LiveRow(arrived(row_id, **fields), "c1", late=False)


class Table(Database):
    """Answers the queries of the live poller from the rows that are visible."""

    def __init__(self) -> None:
        super().__init__(Settings())
        self.visible: list[Row] = []
        self.now = NOW

    def rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """The rows of a query, as ClickHouse would give them."""
        ask = dict(parameters or {})
        times = [row["inserted"] for row in self.visible]
        if name == "live/position":
            ends = {"newest": max(times, default=0), "earliest": min(times, default=0)}
            return [{"now": self.now, "has_any": bool(times), **ends}]
        if name == "live/ids":
            found: dict[int, list[int]] = {}
            for row in self.visible:
                if ask["since"] < row["inserted"] <= ask["until"]:
                    found.setdefault(row["inserted"], []).append(row["row_id"])
            return [{"inserted": i, "row_ids": ids} for i, ids in found.items()]
        if name == "live/lately":
            counts = Counter(time for time in times if time > ask["since"])
            return [{"inserted": i, "rows": n, "bytes": n} for i, n in sorted(counts.items())]
        if name == "live/inserts":
            ahead = sorted(time for time in times if time > ask["after"])[: ask["most"]]
            horizon = min(max([ask["after"], *ahead]), ask["last"])
            counts = Counter(time for time in times if ask["since"] < time <= horizon)
            return [{"inserted": i, "rows": n, "bytes": n} for i, n in sorted(counts.items())]
        chosen = [row for row in self.visible if row["inserted"] in ask["inserts"]]
        if name == "live/rows":
            return sorted((dict(row) for row in chosen), key=lambda row: row["inserted"])
        assert name == "live/earlier"
        wanted = {r["row_id"] for r in chosen if not ask["youngest"] <= r["age"] <= ask["oldest"]}
        return [
            {"row_id": row["row_id"]}
            for row in self.visible
            if row["row_id"] in wanted
            and ask["since"] <= row["inserted"] < max(ask["inserts"])
            and row["inserted"] not in ask["inserts"]
        ]
