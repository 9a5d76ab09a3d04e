"""One observer works; others wait."""

import logging
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from query_service.observer.k8s.api import IN_CLUSTER, KUBECONFIG, connect, is_inside, own_namespace
from query_service.observer.k8s.lease import Lease, held
from query_service.observer.settings import ObserverSettings

log = logging.getLogger(__name__)

LEASE = "agent-telemetry-observer"


def leadership(own: ObserverSettings, stop: threading.Event) -> AbstractContextManager[bool]:
    """Wait to be the one: by a Lease in a cluster, else by a lock file. Gives whether that came:
    not when `stop` was set while waiting. Raises Unavailable when a Lease is asked for and there
    is no cluster."""
    if own.lease == "off" or (own.lease == "auto" and not is_inside()):
        return locked(own.home / "run" / "observer.lock", stop)
    space, _, name = (LEASE if own.lease == "auto" else own.lease).rpartition("/")
    api = connect(IN_CLUSTER if is_inside() else KUBECONFIG)
    return held(Lease(api, space or own_namespace(), name), stop)


@contextmanager
def locked(path: Path, stop: threading.Event) -> Iterator[bool]:
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
