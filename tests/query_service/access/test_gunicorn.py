"""The service as it is started: it refuses to be open to others, however it is told to listen."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.ports import free_port
from tests.query_service.access.keyed import LINES, VIEWER, bearer
from tests.waiting import wait_until

ROOT = Path(__file__).parents[3]
SECONDS = 120


@contextmanager
def _started(*arguments: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "query_service/gunicorn_conf.py")]
        + [*arguments, "query_service.app:create_app()"],
        cwd=ROOT,
        env=os.environ | {"QUERY_PORT": str(free_port())} | environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def _answers(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(f"{url}/openapi.json", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("how", ["option", "environment", "one of two", "reuse_port"])
def test_open_to_others_it_does_not_start(how: str, tmp_path: Path) -> None:
    bind = f"--bind 0.0.0.0:{free_port()}"
    arguments = {
        "option": bind.split(),
        "one of two": f"--bind 127.0.0.1:{free_port()} {bind}".split(),
        "reuse_port": ["--reuse-port", *bind.split()],
    }.get(how, [])
    environment = {"GUNICORN_CMD_ARGS": bind} if how == "environment" else {}
    with _started(*arguments, **environment) as process:
        _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert "no keys" in said
    assert "agent-telemetry keys create" in said
    assert "Traceback" not in said


def test_with_keys_it_listens_anywhere_and_asks_for_one(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(LINES.replace(",", "\n"))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        _started("--bind", f"0.0.0.0:{port}", QUERY_KEYS_FILE=str(file)),
        httpx.Client(trust_env=False, timeout=SECONDS) as client,
    ):
        wait_until(lambda: _answers(client, url), SECONDS)
        assert client.get(f"{url}/api/v1/trace-context/create").status_code == 401
        answer = client.get(f"{url}/api/v1/trace-context/create", headers=bearer(VIEWER))
        assert answer.status_code == 200


def test_keys_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    with _started(QUERY_KEYS_FILE=str(tmp_path / "none")) as process:
        _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 1
    assert "cannot be read" in said


def test_a_unix_socket_needs_no_key(tmp_path: Path) -> None:
    socket = tmp_path / "query.sock"
    with _started("--bind", f"unix:{socket}"):
        wait_until(socket.exists, SECONDS)
        with httpx.Client(
            transport=httpx.HTTPTransport(uds=str(socket)), timeout=SECONDS
        ) as client:
            answer = client.get("http://telemetry.example/api/v1/trace-context/create")
        assert answer.status_code == 200
