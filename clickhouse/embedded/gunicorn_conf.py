"""gunicorn with one worker: the engine lives, and dies, with that one process."""

import ctypes
import os
import signal
import sys
from types import FrameType
from typing import Any

from gunicorn.errors import HaltServer

PR_SET_PDEATHSIG = 1

workers = 1
worker_class = "gthread"
keepalive = 75
timeout = 0  # a long query is no hung worker
graceful_timeout = 30
limit_request_line = 0  # statements and parameters travel in the URL
loglevel = "warning"
control_socket_disable = True


def when_ready(_arbiter: Any) -> None:
    """Ctrl-C lets running queries finish, as SIGTERM does."""

    def terminate(_number: int, _frame: FrameType | None) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGINT, terminate)


def post_fork(_arbiter: Any, _worker: Any) -> None:
    """A kill -9 of the parent must not leave a worker behind that owns the directory."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def post_worker_init(_worker: Any) -> None:
    """Ctrl-C reaches the whole process group; the parent tells the worker when to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def worker_exit(_arbiter: Any, worker: Any) -> None:
    """Shut the engine down when the last query has ended."""
    if worker.wsgi is not None:
        worker.wsgi.close()


def child_exit(arbiter: Any, worker: Any) -> None:
    """End with an error instead of starting over: whoever supervises has to know."""
    if arbiter.LISTENERS:  # empty once a stop was asked for
        raise HaltServer(f"embedded ClickHouse: process {worker.pid} died", 1)
