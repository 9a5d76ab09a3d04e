"""A server that answers as a test says, also badly."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from query_service.observer.model_server import ModelServer

Answer = Callable[["Handler"], None]
PATIENT = 60.0
"""Seconds: a busy machine is no failure."""


class Scripted(ThreadingHTTPServer):
    """Answers each path by its script, 404 without one; keeps what it was asked."""

    daemon_threads = True

    def __init__(self, answers: dict[str, Answer]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.asked: list[tuple[str, Any]] = []
        self.over = threading.Event()

    def server(self, timeout: float = PATIENT, key: str = "") -> ModelServer:
        """What asks it."""
        return ModelServer("Gateway", f"http://127.0.0.1:{self.server_port}", timeout, key)


class Handler(BaseHTTPRequestHandler):
    """Says what the script says."""

    protocol_version = "HTTP/1.1"
    server: Scripted

    def do_GET(self) -> None:
        """Answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        self.server.asked.append((path, json.loads(body) if body else None))
        self.server.answers.get(path, said(b"", 404))(self)
        self.close_connection = True

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def said(body: Any, status: int = 200, **headers: str) -> Answer:
    """An answer; what is no bytes is sent as JSON."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(sent)))
        handler.end_headers()
        handler.wfile.write(sent)

    return answer


def dripping(beginning: bytes) -> Answer:
    """Sends a beginning, and then a byte at a time for ever."""

    def answer(handler: Handler) -> None:
        try:
            handler.wfile.write(beginning)
            while not handler.server.over.wait(0.01):
                handler.wfile.write(b"x")
        except OSError:  # who asked has gone
            pass

    return answer


def endless(handler: Handler) -> None:
    """Sends as much as is taken."""
    try:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not handler.server.over.is_set():
            handler.wfile.write(b" " * 2**20)
    except OSError:
        pass


@contextmanager
def scripted(answers: dict[str, Answer]) -> Iterator[Scripted]:
    """Such a server, while it is needed."""
    with Scripted(answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()
