"""A database that answers from a script and remembers what it was asked."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from clickhouse_connect.driver.exceptions import DatabaseError

from query_service.db import Database, Row, T, U, sql
from query_service.settings import Settings

ALWAYS: dict[str, list[Row]] = {
    "queues/tail": [
        {
            "since": datetime(2026, 11, 22, 11, 59, 30),
            "fresh_since": datetime(2026, 11, 22, 11, 59, 55),
            "whole": False,
            "buckets": [datetime(2026, 11, 22, 11, 55)],
            "looked": False,
        }
    ],
    "tables/parts": [{"state": 5, "parts": 9}],
    "queues/looked_since": [{"looked_since": datetime(2026, 11, 22, 11, 59), "is_behind": False}],
    "traces/position": [
        {
            "touched_from": datetime(2026, 11, 22, 12),
            "touched_to": datetime(2026, 11, 22, 12),
            "now_ns": 1_795_348_800_000_000_000,
            "is_touched": True,
            "buckets": [datetime(2026, 11, 22, 11, 55)],
            "parts_until": datetime(2026, 11, 22, 6),
        }
    ],
    "metrics/recorded": [{"records": 1}],
    "search/many_message": [{"found": 10_000}],
    "search/many_span": [{"found": 1}],
    "claude/performance": [
        {
            "total_traces": 2,
            "successful_traces": 1,
            "failed_traces": 1,
            "latencies_ms": [10.0, 20.0, 20.0],
            "avg_ms": 15.0,
            "max_ms": 20.0,
            "tokens": 30,
            "llm_calls": 3,
            "tool_calls": 1,
            "agents": ["researcher"],
        }
    ],
    "traces/parts": [
        {"part": "event", "id": "e1"},
        {"part": "bucket", "id": "2026-11-22 11:50:00"},
        {"part": "record", "id": ""},
        {"part": "link", "id": ""},
    ],
}
"""What gives rows whatever is stored."""


class FakeDatabase(Database):
    """Rows by the name of the SQL file; no rows for the rest."""

    def __init__(self, answers: Mapping[str, list[Row]] | None = None) -> None:
        super().__init__(Settings())
        self.answers = ALWAYS | dict(answers or {})
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """The scripted rows. Raises FileNotFoundError when there is no such SQL file."""
        assert sql(name)
        self.asked.append((name, dict(parameters or {})))
        return [dict(row) for row in self.answers.get(name, [])]

    def tuples(
        self, name: str, parameters: Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """The scripted rows without the names of their columns."""
        return [tuple(row.values()) for row in self.rows(name, parameters)]

    def together(self, *queries: tuple[str, Mapping[str, Any]]) -> list[list[Row]]:
        """The scripted rows of each, asked one after the other."""
        return [self.rows(*query) for query in queries]

    def separately(
        self,
        queries: Sequence[tuple[str, Mapping[str, Any]]],
        at_once: int,
        limits: Mapping[str, Any],
    ) -> list[list[Row] | DatabaseError]:
        """The scripted rows of each, asked one after the other."""
        return [self.rows(*query) for query in queries]

    def beside(self, first: Callable[[], T], second: Callable[[], U]) -> tuple[T, U]:
        """What each gives, one after the other."""
        return first(), second()
