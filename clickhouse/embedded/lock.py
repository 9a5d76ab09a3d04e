"""One owner of a data directory: chDB itself lets two processes open, and damage, one path."""

import os
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

LOCK_WAIT_SECONDS = 2.0
"""An owner killed a moment ago may still hold the lock while the kernel ends it."""


class AlreadyOwned(Exception):
    """Another process owns the directory; the text names both."""


def own(path: Path) -> BaseFileLock:
    """Take the directory for this process until it ends; the lock is to be kept referenced.

    Raises AlreadyOwned when another process has it.
    """
    path.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path / "owner.lock")
    try:
        lock.acquire(timeout=LOCK_WAIT_SECONDS)
    except Timeout:
        raise AlreadyOwned(f"{path} is in use by process {_owner(path)}") from None
    _pid_file(path).write_text(str(os.getpid()))
    return lock


def _pid_file(path: Path) -> Path:
    return path / "owner.pid"


def _owner(path: Path) -> str:
    try:
        return _pid_file(path).read_text() or "unknown"
    except FileNotFoundError:
        return "unknown"
