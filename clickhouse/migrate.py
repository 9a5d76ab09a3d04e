"""Bring a ClickHouse database to the newest schema.

Migrations are numbered `.sql` files beside this module. Each statement is idempotent, so one that
was cut off is run again; which are done is kept in the table `schema_migrations`.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from clickhouse.cluster import Cluster

MIGRATIONS = Path(__file__).parent / "migrations"
_TOKEN = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?\*/)"
    r"|(?P<end>;)"
    r"|'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|\"(?:[^\"\\]|\\.)*\"|[^-/;'`\"]+|.",
    re.DOTALL,
)
LEDGER = """CREATE TABLE IF NOT EXISTS schema_migrations
(
    number UInt32 COMMENT 'Number of the migration',
    name String COMMENT 'File name',
    checksum String COMMENT 'SHA-256 of the file',
    applied_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When it was applied'
)
ENGINE = ReplacingMergeTree
ORDER BY number
COMMENT 'Migrations that were applied'"""


class MigrationError(Exception):
    """An applied migration was edited since, or the database is newer than the code."""


@dataclass(frozen=True)
class Migration:
    """One numbered `.sql` file."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the file's text, hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def statements(self) -> list[str]:
        """The statements, in order."""
        return split(self.text)


def split(text: str) -> list[str]:
    """The statements of an SQL text, without comments and closing semicolons."""
    statements = [""]
    for token in _TOKEN.finditer(text):
        if token["end"]:
            statements.append("")
        else:
            statements[-1] += " " if token["comment"] else token[0]
    return [statement.strip() for statement in statements if statement.strip()]


def migrations() -> list[Migration]:
    """All migrations in the order of their numbers."""
    files = sorted(MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [Migration(int(f.name[:4]), f.name, f.read_text()) for f in files]


def create_database(client: Client, name: str, cluster: Cluster | None = None) -> None:
    """Create the database where it is not there yet; of a cluster both, on all nodes."""
    single = ["CREATE DATABASE IF NOT EXISTS {name:Identifier} ENGINE = Atomic"]
    for statement in cluster.databases() if cluster else single:
        client.command(statement, parameters={"name": name})


def migrate(client: Client, cluster: Cluster | None = None) -> list[str]:
    """Apply what is missing in the client's database; returns the names of what was applied.

    On all nodes of the cluster, where one is given. Raises MigrationError when an applied file
    differs from the one here or is not known here.
    """
    _run(client, LEDGER, cluster)
    rows = client.query("SELECT number, name, checksum FROM schema_migrations FINAL").result_rows
    applied = {number: (name, checksum) for number, name, checksum in rows}
    known = migrations()
    if newer := sorted(applied.keys() - {m.number for m in known}):
        raise MigrationError(f"the database has migrations {newer} that this version lacks")
    done = []
    for migration in known:
        if migration.number in applied:
            if applied[migration.number][1] != migration.checksum:
                raise MigrationError(f"{migration.name} was edited after it was applied")
            continue
        for statement in migration.statements:
            _run(client, statement, cluster)
        client.insert(
            "schema_migrations",
            [(migration.number, migration.name, migration.checksum)],
            column_names=["number", "name", "checksum"],
        )
        done.append(migration.name)
    return done


def _run(client: Client, statement: str, cluster: Cluster | None = None) -> None:
    """Run a statement; it may have been run before, and some of those after it."""
    for form in cluster.migration(statement) if cluster else [statement]:
        try:
            client.command(form)
        except DatabaseError as error:
            # The view has gone, and a later statement has put a table in its place (0012).
            is_gone = form.startswith("DROP VIEW IF EXISTS") and "is not a View" in str(error)
            if not is_gone:
                raise
