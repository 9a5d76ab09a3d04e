"""Servers in threads of a test."""

import threading
from typing import Any

import uvicorn
from werkzeug.serving import make_server

from query_service.mcp.listener import PATH
from tests.ports import free_port
from tests.waiting import wait_until


class Listener(uvicorn.Server):
    """Of an ASGI application."""

    def __init__(self, app: Any) -> None:
        port = free_port()
        super().__init__(uvicorn.Config(app, "127.0.0.1", port, log_level="error"))
        self.url = f"http://127.0.0.1:{port}{PATH}"
        self._thread = threading.Thread(target=self.run)

    def __enter__(self) -> "Listener":
        self._thread.start()
        wait_until(lambda: self.started)
        return self

    def __exit__(self, *_: object) -> None:
        self.should_exit = True
        self._thread.join()


class Rest:
    """Of a WSGI application; gives its address."""

    def __init__(self, app: Any) -> None:
        self._server = make_server("127.0.0.1", 0, app, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
