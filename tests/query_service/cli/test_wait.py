"""`agent-telemetry wait` returns when a part is there, and says what is missing until then."""

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner
from kafka.errors import KafkaConnectionError

from clickhouse.migrate import migrations
from query_service.cli import wait as command
from query_service.settings import Settings
from tests.ports import free_port
from tests.stack import Stack
from tests.waiting import PATIENCE


def waited(monkeypatch: pytest.MonkeyPatch, told: list[Exception | None], timeout: float) -> object:
    """Wait for Kafka, whose checks end as told, one after the other and the last for ever."""

    def check(_: Settings) -> None:
        error = told[0] if len(told) == 1 else told.pop(0)
        if error is not None:
            raise error

    monkeypatch.setitem(command._CHECKS, "kafka", check)
    monkeypatch.setattr(command, "PAUSE", 0.001)
    return CliRunner().invoke(command.wait, ["kafka", "--timeout", str(timeout)])


def test_what_is_missing_is_said_once_and_again_when_it_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    away, refused = KafkaConnectionError("away"), command.NotYet("not so far\nat all")
    ended = waited(monkeypatch, [away, away, refused, None], PATIENCE)
    assert getattr(ended, "exit_code", None) == 0
    said = getattr(ended, "output", "").splitlines()
    assert [line.rpartition(": ")[2] for line in said[:2]] == ["away", "not so far"]
    assert said[2:] == ["kafka is there"]


def test_after_its_time_it_fails_with_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = waited(monkeypatch, [command.NotYet("not so far")], 0.01)
    assert getattr(ended, "exit_code", None) == 1
    assert "Error: not so far" in getattr(ended, "output", "")


def run(part: str, environment: dict[str, str], timeout: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "query_service", "wait", part, "--timeout", str(timeout)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_part_that_is_away_is_named() -> None:
    nobody = f"127.0.0.1:{free_port()}"
    away = {"KAFKA_BOOTSTRAP_SERVERS": nobody, "CLICKHOUSE_URL": f"http://{nobody}"}
    ended = run("kafka", away, 0)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"Error: Kafka does not answer at {nobody}: is it running?\n"
    ended = run("schema", away, 0)
    assert ended.returncode == 1
    assert f"ClickHouse does not answer at {nobody}" in ended.stderr


@pytest.mark.stack
def test_each_part_of_a_running_stack_is_there(stack: Stack) -> None:
    for part in ("clickhouse", "kafka", "schema"):
        ended = run(part, dict(stack.environment), PATIENCE)
        assert (ended.returncode, ended.stdout) == (0, f"{part} is there\n"), ended.stderr


@pytest.mark.stack
def test_an_older_schema_is_not_enough_and_a_newer_one_is(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stack.environment.items():
        monkeypatch.setenv(name, value)
    parts = Settings()
    known = migrations()
    monkeypatch.setattr(command, "migrations", lambda: known[:-1])
    command._schema(parts)
    newer = type(known[-1])(9999, "9999_later.sql", "")
    monkeypatch.setattr(command, "migrations", lambda: [*known, newer])
    with pytest.raises(command.NotYet, match=f"has version {known[-1].number}, 9999 is needed"):
        command._schema(parts)
