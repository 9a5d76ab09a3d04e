"""How many requests a process answers at once, however many threads it has.

Live streams need a thread each. Were these there for REST too, a hundred queries at once would
compete for two cores, and each would take a hundred times as long.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

SEATS = 8
SOCKETS = "/ws/"


class Seats:
    """So many requests are answered at once; the others wait."""

    def __init__(self) -> None:
        self._free = BoundedSemaphore(SEATS)

    @contextmanager
    def taken(self, environ: Mapping[str, Any]) -> Iterator[None]:
        """A seat for this request. A WebSocket takes none; a stream of events until it begins.

        Told by the path: anybody can send the header of a handshake with any other request.
        """
        if environ.get("PATH_INFO", "").startswith(SOCKETS):
            yield
            return
        with self._free:
            yield
