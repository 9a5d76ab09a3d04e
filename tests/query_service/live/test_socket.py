"""What a connection holds is let go when it ends."""

import socket
from threading import Event, Thread
from typing import Any

from simple_websocket import ConnectionClosed

from query_service.live.hub import Hub
from query_service.live.socket import LiveSocket, WholeSocket
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
