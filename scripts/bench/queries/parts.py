"""The processes that are measured: ClickHouse, the observer's table jobs, the query service."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
from local_stack.cache import ROOT
from local_stack.errors import SetupError

from query_service.settings import Settings

START_SECONDS = 120
STOP_SECONDS = 60
NOWHERE = "127.0.0.1:1"
"""Nothing listens there: no Kafka and no Collector take part."""


class Parts:
    """Processes over one home directory, on free ports; `with` stops those that were started."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._clickhouse_port, self._query_port = _free_ports()
        self.settings = Settings(
            clickhouse_url=f"http://127.0.0.1:{self._clickhouse_port}",
            clickhouse_database="bench",
        )
        self.url = f"http://127.0.0.1:{self._query_port}"
        self._ready_file = home / "maintenance.ready"
        self._running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self.home.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in reversed(self._running):
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def clickhouse(self) -> None:
        """Start the embedded ClickHouse. Raises SetupError, as the others do."""
        where = ["--path", str(self.home / "clickhouse"), "--port", str(self._clickhouse_port)]
        address = f"{self.settings.clickhouse_url}/ping"
        self._start("clickhouse", ["clickhouse.embedded", *where], lambda: _answers(address))

    def maintenance(self) -> None:
        """Start the observer's jobs that need ClickHouse alone; each has succeeded once then.

        How long that takes depends on how much there is to summarise.
        """
        self._ready_file.unlink(missing_ok=True)
        self._start("maintenance", ["bench.queries.maintenance"], self._ready_file.exists, 3_600)

    def query_service(self) -> None:
        """Start the query service as in production."""
        configuration = str(ROOT / "query_service/gunicorn_conf.py")
        self._start(
            "query",
            ["gunicorn", "-c", configuration, "query_service.app:create_app()"],
            lambda: _answers(f"{self.url}/openapi.json"),
        )

    def _start(
        self,
        name: str,
        module: list[str],
        ready: Callable[[], bool],
        seconds: float = START_SECONDS,
    ) -> None:
        log = self.home / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *module],
                env=self._environment(),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.append(process)
        deadline = time.monotonic() + seconds
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SetupError(f"{name} did not start:\n{log.read_text()[-2000:]}")
            time.sleep(0.1)

    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "CLICKHOUSE_URL": self.settings.clickhouse_url,
            "CLICKHOUSE_READER_URL": f"http://reader@127.0.0.1:{self._clickhouse_port}",
            "CLICKHOUSE_DATABASE": self.settings.clickhouse_database,
            "QUERY_PORT": str(self._query_port),
            "KAFKA_BOOTSTRAP_SERVERS": NOWHERE,
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{NOWHERE}",
            "AGENT_TELEMETRY_HOME": str(self.home),
            "OBSERVER_READY_FILE": str(self._ready_file),
        }


def document(parts: Parts) -> dict[str, object]:
    """The OpenAPI document of the running service."""
    answer = httpx.get(f"{parts.url}/openapi.json", timeout=60).raise_for_status()
    found: dict[str, object] = json.loads(answer.text)
    return found


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=10).is_success
    except httpx.HTTPError:
        return False


def _free_ports() -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(2)]
        for listener in sockets:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in sockets]
