"""Free TCP ports for tests."""

import os
import random
import socket

# Below the range that the kernel takes the near end of connections from: a client that tries
# again and again to reach a server that is away would else, one day, take the server's port.
# Each worker of pytest-xdist (gw0, gw1, ...) has its part of them.
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
_SHARE = 20_000 // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_PORTS = range(12_000 + _WORKER * _SHARE, 12_000 + (_WORKER + 1) * _SHARE)
_given: set[int] = set()
_luck = random.SystemRandom()


def free_port(count: int = 1) -> int:
    """A port of 127.0.0.1 that nothing listens on; each is given once.

    With `count`, the first of so many in a row.
    """
    while True:
        first = _luck.choice(_PORTS)
        ports = range(first, first + count)
        if _given.isdisjoint(ports) and all(_is_free(port) for port in ports):
            _given.update(ports)
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
