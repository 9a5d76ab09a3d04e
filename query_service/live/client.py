"""What waits to be sent to one client: bounded, and what does not fit is counted."""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Lock
from typing import NamedTuple

from query_service.live.rows import LiveRow
from query_service.live.subscription import Subscription

MOST_BYTES = 4 * 1024 * 1024
Write = Callable[[Sequence[LiveRow]], bytes]


class Parcel(NamedTuple):
    """Some rows, written for a client; those with the same subscription share it."""

    data: bytes
    rows: int


class Gap(NamedTuple):
    """What a client that was too slow did not get: so many rows, from a cursor on."""

    cursor: str
    rows: int


class Client:
    """One client. `write` makes bytes of rows; `wake` is called when there is something to send."""

    def __init__(self, subscription: Subscription, write: Write, wake: Callable[[], None]) -> None:
        self.subscription = subscription
        self.write = write
        self._wake = wake
        self._lock = Lock()
        self._waiting: deque[Parcel] = deque()
        self._bytes = 0
        self._gap: Gap | None = None

    def put(self, parcel: Parcel, cursor: str) -> bool:
        """Let a parcel wait; it begins at `cursor`. Never blocks; False when it is left out.

        From the first one that does not fit, all are left out until the client has got the rest:
        what it misses is one piece.
        """
        with self._lock:
            fits = not self._waiting or self._bytes + len(parcel.data) <= MOST_BYTES
            if self._gap is None and fits:
                self._waiting.append(parcel)
                self._bytes += len(parcel.data)
            elif self._gap is None:
                self._gap = Gap(cursor, parcel.rows)
            else:
                self._gap = Gap(self._gap.cursor, self._gap.rows + parcel.rows)
            took = self._gap is None
        self._wake()
        return took

    def take(self) -> tuple[list[bytes], Gap | None]:
        """What waits, and what was left out behind it."""
        with self._lock:
            waiting = [parcel.data for parcel in self._waiting]
            gap, self._gap = self._gap, None
            self._waiting.clear()
            self._bytes = 0
        return waiting, gap

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing was left out."""
        with self._lock:
            return not self._waiting and self._gap is None
