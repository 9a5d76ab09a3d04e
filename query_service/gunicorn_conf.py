"""gunicorn: few processes, several threads; queries wait on the network, not on Python.

It listens on loopback; `GUNICORN_CMD_ARGS="--bind 0.0.0.0:8080"` changes that, and needs keys.
"""

import gc
import os
import shutil
import sys
import tempfile
from typing import Any

from pydantic import ValidationError

from query_service import seats
from query_service.access import binding, keys
from query_service.diagnose.thresholds import thresholds
from query_service.errors import AgentTelemetryError
from query_service.settings import settings, wrong
from query_service.telemetry import exporting, logs

try:
    settings()
    thresholds()
except ValidationError as error:
    sys.exit(wrong(error))

bind = f"127.0.0.1:{settings().query_port}"
worker_class = "gthread"
workers = 2
# Each live stream has a thread of its own: what is left is for REST (query_service/seats.py).
threads = seats.SEATS + settings().query_live_streams
timeout = 0  # gthread: a slow query is no hung worker
graceful_timeout = 10
keepalive = 30
logconfig_dict = logs.configuration()
loglevel = "warning"
control_socket_disable = True

# The processes share their figures there; prometheus_client looks for it when it is imported.
_FIGURES = "PROMETHEUS_MULTIPROC_DIR"
_MADE = "agent-telemetry-figures-"
if _FIGURES not in os.environ:
    os.environ[_FIGURES] = tempfile.mkdtemp(prefix=_MADE)


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


def post_worker_init(worker: Any) -> None:
    """Let each process send its spans and events: threads do not survive a fork."""
    worker.wsgi.extensions["agent_telemetry_live"].is_stopping = lambda: not worker.alive
    worker.export = exporting.Export(settings())
    exporting.switch_on(worker.wsgi, worker.export.exporting)
    # Modules and routes stay: looking through them was a seventh of what a large answer took.
    gc.collect()
    gc.freeze()
    # Thousands of rows are made for an answer, and no cycles: looking for these every 700 objects
    # was a fifth of it.
    gc.set_threshold(20_000, 20, 10)


def worker_exit(server: Any, worker: Any) -> None:
    """Send what is left."""
    if export := getattr(worker, "export", None):
        export.close()


def child_exit(server: Any, worker: Any) -> None:
    """A process that is gone has no requests in progress."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(worker.pid)


def on_exit(server: Any) -> None:
    """Leave nothing behind; a directory that somebody named is theirs."""
    if os.path.basename(os.environ[_FIGURES]).startswith(_MADE):
        shutil.rmtree(os.environ[_FIGURES], ignore_errors=True)
