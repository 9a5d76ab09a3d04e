"""The service as it is run: gunicorn, in processes of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.ports import free_port
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
SECONDS = 120


@contextmanager
def started(log: Path, *arguments: str, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """gunicorn with further arguments and settings; all that it says goes to the file `log`."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "query_service/gunicorn_conf.py")]
            + [*arguments, "query_service.app:create_app()"],
            cwd=ROOT,
            env=os.environ | {"QUERY_PORT": str(free_port())} | environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(SECONDS)


@contextmanager
def served(log: Path, host: str = "127.0.0.1", **environment: str) -> Iterator[httpx.Client]:
    """A client of a service that listens on `host`, once it answers."""
    port = free_port()
    with (
        started(log, "--bind", f"{host}:{port}", **environment) as process,
        httpx.Client(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=SECONDS
        ) as client,
    ):
        wait_until(lambda: process.poll() is not None or _answers(client), SECONDS)
        assert process.poll() is None, log.read_text()
        yield client


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/openapi.json").status_code == 200
    except httpx.TransportError:
        return False
