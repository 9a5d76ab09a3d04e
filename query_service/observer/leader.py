"""One observer works; others wait."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)


@contextmanager
def leadership(path: Path, stop: threading.Event) -> Iterator[bool]:
    """Wait for the lock file; gives whether it is held: not when `stop` was set while waiting.

    The kernel frees the lock when its holder dies, however it dies.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    waiting = False
    while not stop.is_set():
        try:
            lock.acquire(blocking=False)
        except Timeout:
            if not waiting:
                log.info("standby: another observer holds %s", path)
            waiting = True
            stop.wait(1)
        else:
            break
    try:
        yield lock.is_locked
    finally:
        lock.release()
