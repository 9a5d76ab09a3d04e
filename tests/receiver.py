"""A webhook for tests: a real HTTP server that answers as it is told, and keeps what it got."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[BaseHTTPRequestHandler, threading.Event], None]


def status(code: int, body: bytes = b"", **headers: str) -> Answer:
    """Answers with this."""

    def answer(asked: BaseHTTPRequestHandler, over: threading.Event) -> None:
        asked.send_response(code)
        for name, value in headers.items():
            asked.send_header(name, value)
        asked.end_headers()
        asked.wfile.write(body)

    return answer


def hang(asked: BaseHTTPRequestHandler, over: threading.Event) -> None:
    """Never answers."""
    over.wait()


def drip(asked: BaseHTTPRequestHandler, over: threading.Event) -> None:
    """Sends a header every 50 ms, for ever: no single read takes long."""
    asked.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not over.wait(0.05):
        asked.wfile.write(b"X-Slow: 1\r\n")


def flood(asked: BaseHTTPRequestHandler, over: threading.Event) -> None:
    """Fails with an answer that does not end."""
    asked.wfile.write(b"HTTP/1.1 500 Oops\r\n\r\n")
    while not over.is_set():
        asked.wfile.write(b"x" * 65536)


class Receiver:
    """What came: paths, headers and bodies. `answer` says how the next ones are answered."""

    def __init__(self) -> None:
        self.answer: Answer = status(200)
        self.got: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.url = ""

    @property
    def events(self) -> list[tuple[str, str]]:
        """Event and kind of each notice that came in the form json."""
        return [
            (one["event"], one["finding"]["kind"]) for body in self.got for one in body["notices"]
        ]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port."""
    receiver, over = Receiver(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.close_connection = True
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append(json.loads(body))
            receiver.headers.append(dict(self.headers))
            receiver.paths.append(self.path)
            with suppress(OSError):  # who asks does not wait for ever
                receiver.answer(self, over)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook/s3cret"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()
