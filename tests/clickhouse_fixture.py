"""A real embedded ClickHouse for tests.

Import the fixture in a `conftest.py`: `from tests.clickhouse_fixture import embedded_clickhouse`.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.ports import free_port
from tests.waiting import wait_until

START_SECONDS = 120
WITHOUT_FSYNC = {"CLICKHOUSE_FSYNC": "0"}
"""No test cuts the power; each insert would wait for the disk once a table that it fills. The whole
stacks run as they are shipped."""


def answers(url: str) -> bool:
    """Whether a ClickHouse answers at `url`."""
    try:
        return httpx.get(f"{url}/ping", timeout=10).status_code == 200
    except httpx.HTTPError:
        return False


def start(path: Path, port: int, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a gateway and wait until it answers. Raises RuntimeError when it ends instead."""
    process = subprocess.Popen(
        [sys.executable, "-m", "clickhouse.embedded", "--path", str(path), "--port", str(port)]
        + list(arguments),
        env=WITHOUT_FSYNC | os.environ,
    )

    def ready() -> bool:
        if process.poll() is not None:
            raise RuntimeError(f"the embedded ClickHouse ended with {process.returncode}")
        return answers(f"http://127.0.0.1:{port}")

    try:
        wait_until(ready, START_SECONDS)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process


@contextmanager
def running(path: Path, *arguments: str) -> Iterator[str]:
    """A gateway over `path` on a free port; gives its URL and stops it at the end."""
    port = free_port()
    process = start(path, port, *arguments)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(START_SECONDS)


@pytest.fixture(scope="session")
def embedded_clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of one gateway for the whole test session."""
    with running(tmp_path_factory.mktemp("clickhouse")) as url:
        yield url
