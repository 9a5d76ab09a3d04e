"""`agent-telemetry migrate` on the real engine."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from query_service.cli.migrate import migrate
from query_service.settings import settings


@pytest.fixture
def database(
    embedded_clickhouse: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[str]:
    name = str(request.node.name)
    monkeypatch.setenv("CLICKHOUSE_URL", embedded_clickhouse)
    monkeypatch.setenv("CLICKHOUSE_DATABASE", name)
    monkeypatch.setenv("RETENTION_DAYS", "3")
    settings.cache_clear()
    yield name
    settings.cache_clear()


def test_the_second_run_changes_nothing(database: str) -> None:
    first = CliRunner().invoke(migrate)
    assert first.exit_code == 0, first.output
    assert "applied 0001_landing.sql" in first.output
    assert "agent_messages" in first.output, "retention follows the setting"
    second = CliRunner().invoke(migrate)
    assert second.output == f"{database} is up to date\n"


def test_an_edited_migration_is_one_clear_line(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CliRunner().invoke(migrate).exit_code == 0
    monkeypatch.setattr("clickhouse.migrate.Migration.checksum", "another")
    refused = CliRunner().invoke(migrate)
    assert refused.exit_code == 1
    assert refused.output == "Error: 0001_landing.sql was edited after it was applied\n"
