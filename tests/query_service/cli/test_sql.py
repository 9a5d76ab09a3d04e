"""The command sql, at a user who may write."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from query_service.cli.sql import sql
from query_service.settings import settings


@pytest.fixture
def run(embedded_clickhouse: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    monkeypatch.setenv("CLICKHOUSE_READER_URL", embedded_clickhouse)
    monkeypatch.setenv("CLICKHOUSE_DATABASE", "default")
    settings.cache_clear()
    yield CliRunner()
    settings.cache_clear()


def test_it_prints_what_the_statement_gives(run: CliRunner) -> None:
    result = run.invoke(sql, ["SELECT 6 * 7 AS n", "--format", "JSONEachRow"])
    assert (result.exit_code, result.output) == (0, '{"n":42}\n')


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE t (n Int8) ENGINE = Memory", "SET readonly = 0"]
)
def test_it_never_writes(run: CliRunner, statement: str) -> None:
    result = run.invoke(sql, [statement])
    assert result.exit_code == 1
    assert "readonly" in str(result.exception)


def test_a_statement_longer_than_an_address(run: CliRunner) -> None:
    result = run.invoke(sql, [f"SELECT 1 /* {'x' * 100_000} */", "--format", "TSV"])
    assert (result.exit_code, result.output) == (0, "1\n")


def test_a_statement_from_the_standard_input(run: CliRunner) -> None:
    result = run.invoke(sql, ["-", "--format", "TSV"], input="SELECT 2")
    assert (result.exit_code, result.output) == (0, "2\n")
