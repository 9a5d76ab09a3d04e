"""/health tells the truth, by direct probes."""

import socket
import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from clickhouse.migrate import migrations
from query_service.db import Row
from query_service.routes import probes
from query_service.settings import Settings
from tests.ports import free_port
from tests.query_service.client import NOW, client
from tests.query_service.fake_database import FakeDatabase


class _Fine(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Something that is up may take its time on a busy machine."""
    monkeypatch.setattr(probes, "TIMEOUT", 60.0)


@pytest.fixture
def up() -> Iterator[int]:
    """The port of something that answers 200."""
    with HTTPServer(("127.0.0.1", 0), _Fine) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def broker() -> Iterator[int]:
    """The port of something that answers one request as Kafka does: its size, then its number."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                request = connection.recv(14, socket.MSG_WAITALL)
                size, api, version, number, client_id = struct.unpack(">ihhih", request)
                assert (size, api, version, client_id) == (10, 18, 0, -1)
                connection.sendall(struct.pack(">iihi", 10, number, 0, 0))

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def _settings(clickhouse: int, kafka: int, collector: int) -> Settings:
    return Settings(
        clickhouse_url=f"http://127.0.0.1:{clickhouse}",
        kafka_bootstrap_servers=f"127.0.0.1:{kafka}",
        collector_health_port=collector,
    )


LAG: Row = {
    "consumer_group": "agent-telemetry-ingester-json",
    "lag": 5,
    "partitions": 3,
    "observed_at": NOW,
}
ANSWERS: dict[str, list[Row]] = {
    "health/schema": [{"version": migrations()[-1].number}],
    "health/lag": [LAG],
}


def test_all_up_and_no_old_sample_is_healthy(up: int, broker: int) -> None:
    body = client(FakeDatabase(ANSWERS), _settings(up, broker, up)).get("/health").json
    assert body is not None
    assert (body["status"], body["timestamp"]) == ("healthy", "2026-11-22T12:00:00")
    assert body["active_connections"] == 0
    assert body["pipeline"]["lag"] == 5
    assert all(part["status"] == "up" for part in body["parts"].values())


def test_what_is_down_is_named_and_the_answer_is_still_200(up: int) -> None:
    before = set(threading.enumerate())
    response = client(FakeDatabase(ANSWERS), _settings(up, free_port(), up)).get("/health")
    assert response.status_code == 200
    assert response.json is not None
    assert response.json["status"] == "degraded"
    assert response.json["parts"]["kafka"]["status"] == "down"
    assert set(threading.enumerate()) <= before


def test_a_broker_that_only_accepts_connections_is_down(
    up: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "TIMEOUT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        settings = _settings(up, hanging.getsockname()[1], up)
        body = client(FakeDatabase(ANSWERS), settings).get("/health").json
    assert body is not None
    assert body["parts"]["kafka"] == {"status": "down", "detail": "TimeoutError"}


def test_something_else_at_kafkas_address_is_down(up: int) -> None:
    body = client(FakeDatabase(ANSWERS), _settings(up, up, up)).get("/health").json
    assert body is not None
    assert body["parts"]["kafka"]["status"] == "down"


def test_without_clickhouse_it_is_unhealthy_and_the_lag_is_unknown(up: int) -> None:
    database = FakeDatabase(ANSWERS)
    body = client(database, _settings(free_port(), up, up)).get("/health").json
    assert body is not None
    assert body["status"] == "unhealthy"
    assert body["pipeline"]["lag"] is None
    assert database.asked == []
