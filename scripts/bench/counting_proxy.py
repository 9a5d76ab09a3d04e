"""Passes connections on, and counts what comes back."""

import socket
from threading import Thread

_CHUNK = 1 << 16


class CountingProxy:
    """Listens on a port of its own for what is at `target`; `received` are bytes from there."""

    def __init__(self, target: int) -> None:
        self.received = 0
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            Thread(target=self._pass, args=(near, far, False), daemon=True).start()
            Thread(target=self._pass, args=(far, near, True), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        try:
            while chunk := source.recv(_CHUNK):
                self.received += len(chunk) * counts
                target.sendall(chunk)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()
            target.close()
