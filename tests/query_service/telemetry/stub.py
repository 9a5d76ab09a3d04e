"""Stands for the Collector, and for a ClickHouse that fails and repeats what it was sent."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What clients ask first, and the answers that let them go on.
_BEGINNING = {
    b"SELECT version()": b"26.9.1.1\tUTC\n",
    b"FROM system.settings WHERE name = 'readonly'": b"1\n",
    b"FROM system.settings": b"",
}


class Stub(ThreadingHTTPServer):
    """Keeps addresses and bodies by path; a path that `hangs` gets no answer until the end."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: defaultdict[str, list[bytes]] = defaultdict(list)
        self.hangs = ""
        self.over = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Stub

    def do_POST(self) -> None:
        """Take OTLP; fail as ClickHouse does with everything else."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        self.server.bodies[path].append(self.path.encode() + body)
        if self.server.hangs and path.startswith(self.server.hangs):
            self.server.over.wait()
        beginning = next((text for word, text in _BEGINNING.items() if word in body), None)
        if path.startswith("/v1/"):
            self._answer(200, b"")
        elif beginning is not None:
            self._answer(200, beginning)
        else:
            error = f"Code: 62. DB::Exception: Syntax error: {self.path} {body!r}"
            self._answer(500, error.encode())

    do_GET = do_POST

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if status != 200:
            self.send_header("X-ClickHouse-Exception-Code", "62")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def stub() -> Iterator[Stub]:
    """A running stub."""
    with Stub() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
