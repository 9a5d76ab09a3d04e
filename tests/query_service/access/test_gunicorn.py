"""The service as it is started: it refuses to be open to others, however it is told to listen."""

from pathlib import Path

import httpx
import pytest

from tests.ports import free_port
from tests.query_service.access.keyed import LINES, VIEWER, bearer
from tests.query_service.served import SECONDS, served, started
from tests.waiting import wait_until

ASKED = "/api/v1/trace-context/create"  # needs no ClickHouse


@pytest.mark.parametrize("how", ["option", "environment", "one of two", "reuse_port"])
def test_open_to_others_it_does_not_start(how: str, tmp_path: Path) -> None:
    bind = f"--bind 0.0.0.0:{free_port()}"
    arguments = {
        "option": bind.split(),
        "one of two": f"--bind 127.0.0.1:{free_port()} {bind}".split(),
        "reuse_port": ["--reuse-port", *bind.split()],
    }.get(how, [])
    environment = {"GUNICORN_CMD_ARGS": bind} if how == "environment" else {}
    with started(tmp_path / "log", *arguments, **environment) as process:
        assert process.wait(SECONDS) == 1
    said = (tmp_path / "log").read_text()
    assert "no keys" in said
    assert "agent-telemetry keys create" in said
    assert "Traceback" not in said


def test_with_keys_it_listens_anywhere_and_asks_for_one(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(LINES.replace(",", "\n"))
    with served(tmp_path / "log", "0.0.0.0", QUERY_KEYS_FILE=str(file)) as client:
        assert client.get(ASKED).status_code == 401
        assert client.get(ASKED, headers=bearer(VIEWER)).status_code == 200


def test_keys_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    with started(tmp_path / "log", QUERY_KEYS_FILE=str(tmp_path / "none")) as process:
        assert process.wait(SECONDS) == 1
    assert "cannot be read" in (tmp_path / "log").read_text()


def test_a_setting_that_is_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    with started(tmp_path / "log", QUERY_RATE_LIMIT="lots", QUERY_CORS_ORIGINS="*") as process:
        assert process.wait(SECONDS) == 1
    said = (tmp_path / "log").read_text().splitlines()
    assert [line.split(":")[0] for line in said] == ["Error"] * 2
    assert "QUERY_CORS_ORIGINS=*" in said[0] + said[1]


def test_a_unix_socket_needs_no_key(tmp_path: Path) -> None:
    socket = tmp_path / "query.sock"
    with started(tmp_path / "log", "--bind", f"unix:{socket}"):
        wait_until(socket.exists, SECONDS)
        with httpx.Client(
            transport=httpx.HTTPTransport(uds=str(socket)), timeout=SECONDS
        ) as client:
            assert client.get(f"http://telemetry.example{ASKED}").status_code == 200


def test_only_figures_of_its_own_making_are_removed(tmp_path: Path) -> None:
    named = tmp_path / "named"
    named.mkdir()
    (named / "kept").touch()
    with served(tmp_path / "log", PROMETHEUS_MULTIPROC_DIR=str(named)):
        pass
    assert (named / "kept").exists()
    made = tmp_path / "made"
    made.mkdir()
    with served(tmp_path / "log", TMPDIR=str(made)):
        assert list(made.glob("agent-telemetry-figures-*/*"))
    assert not list(made.iterdir())
