"""Migrations and retention, over HTTP as in production."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from hypothesis import given
from hypothesis import strategies as st

from clickhouse import migrate as module
from clickhouse.migrate import Migration, MigrationError, migrate, migrations, split
from clickhouse.retention import apply_retention
from tests.clickhouse_fixture import running


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("migrate")) as address:
        yield address


def connected(url: str, database: str) -> Client:
    port = urlsplit(url).port or 0
    return clickhouse_connect.get_client(
        host="127.0.0.1", port=port, database=database, autogenerate_session_id=False
    )


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    admin = connected(url, "default")
    admin.command("DROP DATABASE IF EXISTS fresh SYNC")
    admin.command("CREATE DATABASE fresh ENGINE = Atomic")
    yield connected(url, "fresh")
    admin.command("DROP DATABASE IF EXISTS fresh SYNC")


@pytest.fixture
def two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "MIGRATIONS", tmp_path)
    table = "CREATE TABLE IF NOT EXISTS {} (n UInt8) ENGINE = MergeTree ORDER BY n;\n"
    (tmp_path / "0001_first.sql").write_text(table.format("a") + table.format("b"))
    (tmp_path / "0002_second.sql").write_text(table.format("c"))
    return tmp_path


def tables(client: Client) -> set[str]:
    return {row[0] for row in client.query("SHOW TABLES").result_rows}


def test_everything_is_applied_once(client: Client) -> None:
    names = [migration.name for migration in migrations()]
    assert migrate(client) == names
    before = client.query("SELECT name, create_table_query FROM system.tables ORDER BY name")
    assert migrate(client) == []
    after = client.query("SELECT name, create_table_query FROM system.tables ORDER BY name")
    assert after.result_rows == before.result_rows


def test_numbers_are_unique_and_without_gaps() -> None:
    assert [m.number for m in migrations()] == list(range(1, len(migrations()) + 1))


def cut_off_after(monkeypatch: pytest.MonkeyPatch, client: Client, statements: int) -> None:
    """Let the client run some statements more, then fail once and for all."""
    left = iter(range(statements))
    whole = client.command

    def command(sql: str) -> object:
        if next(left, None) is None:
            raise ConnectionError("cut off")
        return whole(sql)

    monkeypatch.setattr(client, "command", command)


@pytest.mark.parametrize("statements", range(4))
def test_a_run_that_was_cut_off_is_resumed(
    client: Client, two_files: Path, monkeypatch: pytest.MonkeyPatch, statements: int
) -> None:
    with monkeypatch.context() as patch:
        cut_off_after(patch, client, statements)
        with pytest.raises(ConnectionError):
            migrate(client)
    assert tables(client) == set(["schema_migrations", "a", "b"][:statements])
    assert "0002_second.sql" in migrate(client)
    assert tables(client) == {"a", "b", "c", "schema_migrations"}


def test_each_migration_can_be_cut_off_at_its_end(client: Client) -> None:
    for migration in migrations():
        for _ in range(2):
            migrate_only(client, migration)
    assert migrate(client) == [migration.name for migration in migrations()]


def migrate_only(client: Client, migration: Migration) -> None:
    """Run its statements, and do not write down that they were run."""
    for statement in migration.statements:
        module._run(client, statement)


def test_an_edited_migration_is_refused(client: Client, two_files: Path) -> None:
    migrate(client)
    (two_files / "0001_first.sql").write_text("SELECT 1;")
    with pytest.raises(MigrationError, match=r"0001_first\.sql was edited"):
        migrate(client)


def test_a_newer_database_is_refused(client: Client, two_files: Path) -> None:
    migrate(client)
    (two_files / "0002_second.sql").unlink()
    with pytest.raises(MigrationError, match=r"\[2\]"):
        migrate(client)


def test_two_runs_at_once_do_no_harm(url: str, client: Client) -> None:
    failures: list[Exception] = []

    def run() -> None:
        try:
            migrate(connected(url, "fresh"))
        except ClickHouseError as error:
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert migrate(client) == []
    assert client.command("SELECT count() FROM schema_migrations FINAL") == len(migrations())


@dataclass
class _Days:
    retention_days: int = 14
    retention_days_metrics: int = 30
    retention_days_dead_letters: int = 30
    retention_days_observed: int = 7
    retention_days_findings: int = 90


def test_retention_follows_the_settings(client: Client) -> None:
    migrate(client)
    assert apply_retention(client, _Days()) == []
    changed = apply_retention(client, _Days(6, 8, 9, 3, 4))
    assert {
        "otel_traces: 6 days",
        "otel_metrics_sum: 8 days",
        "dead_letters: 9 days",
        "observed_things: 3 days",
        "findings: 4 days",
    } <= set(changed)
    assert not [change for change in changed if change.startswith(("open_tasks", "schema_"))]
    assert apply_retention(client, _Days(6, 8, 9, 3, 4)) == []
    assert len(apply_retention(client, _Days())) == len(changed)


def test_what_is_older_than_the_retention_goes_at_a_merge(client: Client) -> None:
    migrate(client)
    apply_retention(client, _Days(retention_days=3))
    for days in (1, 5):
        client.command(
            "INSERT INTO events (event_id, event_time, arrived_at)"
            f" SELECT '{days}', now64(9), now64(9) - INTERVAL {days} DAY"
        )
    client.command("OPTIMIZE TABLE events FINAL")
    assert client.query("SELECT event_id FROM events").result_rows == [("1",)]


words = st.sampled_from(["SELECT", "1", "x", "-", "/", "*", "\n", "(", ")", ","])
quoted = st.builds(
    lambda quote, text: quote + text + quote,
    st.sampled_from("'\"`"),
    st.text(st.sampled_from(";- /*\na"), max_size=6),
)
comments = st.builds(lambda text: f"--{text}\n", st.text(st.sampled_from(";'`a- "), max_size=6))
blocks = st.builds(lambda text: f"/*{text}*/", st.text(st.sampled_from(";'`a-\n"), max_size=6))
statements = st.lists(quoted | words.map(lambda word: f" {word} "), min_size=1, max_size=8)


@given(st.lists(st.tuples(statements, comments | blocks), max_size=5))
def test_statements_are_split_at_their_ends_only(drawn: list[tuple[list[str], str]]) -> None:
    bare = ["".join(parts) for parts, _ in drawn]
    text = ";".join(
        comment + statement for statement, (_, comment) in zip(bare, drawn, strict=True)
    )
    assert split(text) == [statement.strip() for statement in bare if statement.strip()]


def test_a_migration_is_its_statements() -> None:
    text = "-- a; b\nCREATE TABLE a (x String DEFAULT ';\n--' /* ; */);\n-- end;\nSELECT 1"
    assert Migration(1, "0001_a.sql", text).statements == [
        "CREATE TABLE a (x String DEFAULT ';\n--'  )",
        "SELECT 1",
    ]
