"""The beginning and the end of a connection."""

import socket
from threading import Event, Thread
from typing import Any

import pytest
from simple_websocket import ConnectionClosed

from query_service.live.hub import Hub
from query_service.live.socket import LiveSocket, WholeSocket
from tests.query_service.client import client
from tests.query_service.fake_database import FakeDatabase
from tests.query_service.live.arrived import Table

SECONDS = 120


class Gone:
    """A client that said more than was answered, and has gone."""

    def __init__(self, sock: WholeSocket) -> None:
        self.sock = sock
        self.event = Event()
        self.input_buffer: list[object] = ["{}"] * 1_000

    def receive(self, timeout: float) -> str:
        """Raises ConnectionClosed."""
        raise ConnectionClosed


def test_the_reader_of_a_client_that_has_gone_ends() -> None:
    ours, theirs = socket.socketpair()
    ws: Any = Gone(WholeSocket(ours))
    live = LiveSocket(ws, Hub(Table(), 1))
    reader = Thread(target=ws.sock.recv, args=(1,), daemon=True)
    reader.start()
    theirs.close()
    live.serve(None)
    reader.join(SECONDS)
    assert not reader.is_alive()
    ours.close()


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-WebSocket-Version": "8"}, {"Sec-WebSocket-Version": "13"}]
)
def test_what_is_no_handshake_is_told_so(headers: dict[str, str]) -> None:
    ours, theirs = socket.socketpair()
    asked = {"Upgrade": "websocket", "Connection": "Upgrade", **headers}
    with ours, theirs:
        answer = client(FakeDatabase()).get(
            "/ws/debug/me", headers=asked, environ_base={"gunicorn.socket": ours}
        )
    assert (answer.status_code, answer.headers["Upgrade"]) == (426, "websocket")
