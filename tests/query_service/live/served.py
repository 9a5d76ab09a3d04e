"""The service under gunicorn, as it runs, and clients of its live streams."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import httpx
from simple_websocket import Client, ConnectionClosed

from query_service.settings import Settings
from tests.ports import free_port
from tests.query_service.engine import produced
from tests.waiting import wait_until

SECONDS = 120
Json = dict[str, Any]


@contextmanager
def served(settings: Settings, workers: int = 1, **environment: str) -> Iterator[str]:
    """One more service over the same tables: its host and port. Stopped at the end."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "query_service/gunicorn_conf.py"]
        + ["--workers", str(workers), "query_service.app:create_app()"],
        env=os.environ
        | {
            "CLICKHOUSE_URL": settings.clickhouse_url,
            "CLICKHOUSE_DATABASE": settings.clickhouse_database,
            "QUERY_PORT": str(port),
            "QUERY_TELEMETRY": "false",
        }
        | environment,
    )
    try:
        address = f"127.0.0.1:{port}"
        wait_until(lambda: _answers(address), SECONDS)
        yield address
    finally:
        process.terminate()
        process.wait(SECONDS)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"http://{address}/openapi.json", timeout=30).status_code == 200
    except httpx.HTTPError:
        return False


class Socket:
    """A client of `/ws/debug/{client_id}`."""

    def __init__(self, address: str, cursor: str = "", **options: Any) -> None:
        query = f"?cursor={cursor}" if cursor else ""
        self._client = Client.connect(f"ws://{address}/ws/debug/test{query}", **options)

    def __enter__(self) -> "Socket":
        self.ask({"type": "ping"})
        self.until(lambda said: said == {"type": "pong"})
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ConnectionClosed):
            self._client.close()

    def ask(self, what: Any) -> None:
        """Send a text, or an object as JSON."""
        self._client.send(what if isinstance(what, str) else json.dumps(what))

    def receive(self) -> Json:
        """The next message. Raises TimeoutError, or ConnectionClosed."""
        text = self._client.receive(timeout=SECONDS)
        if text is None:
            raise TimeoutError(f"nothing came in {SECONDS} s")
        said: Json = json.loads(text)
        return said

    def until(self, found: Callable[[Json], bool]) -> list[Json]:
        """The messages up to the one looked for."""
        said = [self.receive()]
        while not found(said[-1]):
            said.append(self.receive())
        return said


@contextmanager
def events(address: str, query: str = "", last_id: str = "") -> Iterator[Iterator[Json]]:
    """The stream of events, each with what `event` and `id` held; it has begun."""
    headers = {"Last-Event-ID": last_id} if last_id else {}
    url = f"http://{address}/api/v1/events/stream{query}"
    with httpx.stream("GET", url, headers=headers, timeout=SECONDS) as answer:
        assert answer.status_code == 200
        read = _events(answer)
        assert next(read)["id"]
        yield read


def _events(answer: httpx.Response) -> Iterator[Json]:
    event: Json = {}
    for line in answer.iter_lines():
        name, _, value = line.partition(": ")
        if name:
            event[name] = json.loads(value) if name == "data" else value
        elif event:
            yield event
            event = {}


_offset = iter(range(10**9))


def record(topic: str, **fields: Any) -> Json:
    """A Kafka record that was sent just now."""
    sent = {"timestamp": datetime.now(UTC).replace(tzinfo=None).isoformat()}
    return produced(topic, next(_offset), **sent | fields)


def message(message_id: str, **fields: Any) -> Json:
    """A message to Writer."""
    told = {"message_type": "task", "source_agent": "Coder", "target_agent": "Writer"}
    return record("agent-queue-writer", message_id=message_id, **told | fields)
