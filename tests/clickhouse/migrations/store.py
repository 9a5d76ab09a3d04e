"""The schema on the real engine, in process."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import chdb
from chdb import ChdbError

from clickhouse.migrate import migrations

Row = dict[str, Any]
NOW = "2026-11-22 12:30:00"


class Store:
    """One database with all migrations applied."""

    stored_in = "contract"

    def __init__(self, path: Path | str) -> None:
        self.connection = chdb.connect(str(path))
        self.migrate()
        self.tables = [
            str(row["name"])
            for row in self.rows(
                "SELECT name FROM system.tables"
                f" WHERE database = '{self.stored_in}' AND engine LIKE '%MergeTree' ORDER BY name"
            )
        ]
        self.keep_for_ever()

    def migrate(self) -> None:
        """Make the database, and everything in it."""
        self.run("CREATE DATABASE contract ENGINE = Atomic")
        self.run("USE contract")
        for migration in migrations():
            for statement in migration.statements:
                self.run(statement)

    def keep_for_ever(self) -> None:
        """The records of these tests arrive on one day for ever: retention must not take them."""
        for row in self.rows(
            "SELECT database, name FROM system.tables"
            " WHERE database IN (currentDatabase(), {stored_in:String})"
            " AND create_table_query LIKE '%TTL toDateTime(%'",
            stored_in=self.stored_in,
        ):
            self.run(f"ALTER TABLE {row['database']}.{row['name']} REMOVE TTL")

    def run(self, sql: str) -> None:
        """Run a statement that gives no rows."""
        self.connection.query(sql)

    def rows(self, sql: str, **parameters: str) -> list[Row]:
        """The rows of a query, each a dict by column name."""
        result = self.connection.query(sql, "JSONEachRow", params=parameters)
        return [json.loads(line) for line in result.bytes().splitlines()]

    def value(self, sql: str, **parameters: str) -> Any:
        """The only value of a query that gives one row with one column."""
        (row,) = self.rows(sql, **parameters)
        (value,) = row.values()
        return value

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows as one block, as the Collector's exporter does."""
        names = sorted({name for row in rows for name in row})
        columns = ", ".join(f"`{name}`" for name in names)
        data = "\n".join(json.dumps(row) for row in rows)
        # Not by send_insert: it says nothing of an error in a materialized view.
        self.connection.query(f"INSERT INTO {table} ({columns}) FORMAT JSONEachRow {data}")

    def insert_fails(self, table: str, row: Mapping[str, Any]) -> str:
        """Why a row cannot be inserted by itself; empty when it can."""
        try:
            self.insert(table, [row])
        except (ChdbError, RuntimeError) as error:
            return str(error)[:300]
        return ""

    def merge(self) -> None:
        """Merge every table to the end: what is to vanish, vanishes."""
        for table in self.tables:
            self.run(f"OPTIMIZE TABLE {self.stored_in}.{table} FINAL")

    def clear(self) -> None:
        """Empty every table."""
        for table in self.tables:
            self.run(f"TRUNCATE TABLE {self.stored_in}.{table}")

    def states(self, at: str = NOW, now: str = NOW, open_only: bool = False) -> dict[str, Row]:
        """task_states by message id."""
        rows = self.rows(
            "SELECT * FROM task_states(at = {at:DateTime64(9)}, now = {now:DateTime64(9)},"
            " open_only = {open_only:Bool})",
            at=at,
            now=now,
            open_only=str(open_only).lower(),
        )
        assert len({row["message_id"] for row in rows}) == len(rows)
        return {row["message_id"]: row for row in rows}

    def failures(self, at: str = "2100-01-01 00:00:00") -> dict[str, str]:
        """error_failures: the failure of each report."""
        rows = self.rows("SELECT * FROM error_failures(at = {at:DateTime64(9)})", at=at)
        assert len({row["error_id"] for row in rows}) == len(rows)
        return {row["error_id"]: row["failure_id"] for row in rows}


def bisected(store: Store, table: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The reasons of the rows that fail when each is inserted by itself."""
    return [reason for row in rows if (reason := store.insert_fails(table, row))]
