"""gunicorn: few processes, several threads; queries wait on the network, not on Python.

It listens on loopback; `GUNICORN_CMD_ARGS="--bind 0.0.0.0:8080"` changes that, and needs keys.
"""

import sys
from typing import Any

from query_service.access import binding, keys
from query_service.errors import AgentTelemetryError
from query_service.settings import settings

bind = f"127.0.0.1:{settings().query_port}"
worker_class = "gthread"
workers = 2
threads = 8
timeout = 0  # gthread: a slow query is no hung worker
graceful_timeout = 10
keepalive = 30
loglevel = "warning"
control_socket_disable = True


def when_ready(server: Any) -> None:
    """End before anybody is answered, when others could ask and no key is needed.

    Judges the sockets themselves, wherever they come from: options, systemd, another process.
    """
    listening = [listener.sock.getsockname() for listener in server.LISTENERS] or server.address
    try:
        if not keys.read(settings()):
            binding.check(listening)
    except AgentTelemetryError as error:
        sys.exit(f"Error: {error}")
