"""The command line tells what the user can act on, without a traceback."""

import os
import subprocess
import sys

import pytest

from tests.ports import free_port


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        (
            {"RETENTION_DAYS": "abc"},
            "Error: RETENTION_DAYS=abc: Input should be a valid integer, "
            "unable to parse string as an integer\n",
        ),
        (
            {"CLICKHOUSE_URL": "http://user:secret@127.0.0.1:{port}"},
            "Error: ClickHouse does not answer at 127.0.0.1:{port}: is it running?\n",
        ),
    ],
)
def test_what_is_wrong_is_one_line(environment: dict[str, str], told: str) -> None:
    port = str(free_port())
    changed = {name: value.replace("{port}", port) for name, value in environment.items()}
    ended = subprocess.run(
        [sys.executable, "-m", "query_service", "migrate"],
        env={**os.environ, **changed},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (ended.returncode, ended.stderr) == (1, told.replace("{port}", port))
