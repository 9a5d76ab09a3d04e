"""The live clients of this process, and the one poller that feeds them all."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from threading import BoundedSemaphore, Event, Lock, Thread

from query_service.db import Database
from query_service.errors import Unavailable
from query_service.live.arrivals import Arrivals, Batch
from query_service.live.client import Client, Parcel, Write
from query_service.live.cursor import LiveCursor
from query_service.live.rows import LiveRow
from query_service.live.subscription import Subscription
from query_service.telemetry.figures import LIVE_CLIENTS, LIVE_DROPPED, POLLER_LAG

log = logging.getLogger(__name__)

POLL_SECONDS = 0.1
LOOK_BACK_SECONDS = 2.0
"""So often inserts are looked for that took long; a whole look costs several quick ones."""
CATCHING_UP = 4
"""So many clients read what they missed at once: after a restart all come back together."""
_FAILED_SECONDS = 1.0
_PARCEL_BYTES = 512 * 1024


class Hub:
    """Polls while there are clients; `most` streams may be open.

    `is_stopping` tells that the process is about to end.
    """

    def __init__(self, database: Database, most: int) -> None:
        self.database = database
        self.is_stopping: Callable[[], bool] = lambda: False
        self.catching_up = BoundedSemaphore(CATCHING_UP)
        self._most = most
        self._open = 0
        self._lock = Lock()  # of all below
        self._starting = Lock()
        self._clients: set[Client] = set()
        self._cursor = LiveCursor(0, 0)
        self._poller: Thread | None = None

    def open(self) -> None:
        """Count a stream. Raises Unavailable when there are too many."""
        with self._lock:
            if self._open >= self._most:
                raise Unavailable(
                    f"{self._most} live streams are open (QUERY_LIVE_STREAMS)", retry_after=10
                )
            self._open += 1
            LIVE_CLIENTS.inc()

    def close(self) -> None:
        """A stream has ended."""
        with self._lock:
            self._open -= 1
            LIVE_CLIENTS.dec()

    @property
    def streams(self) -> int:
        """How many streams are open."""
        with self._lock:
            return self._open

    def join(self, client: Client) -> LiveCursor:
        """Let a client hear of all that comes after the cursor given back. Raises Unavailable."""
        with self._starting:
            with self._lock:
                if self._poller is not None:
                    self._clients.add(client)
                    return self._cursor
            arrivals = Arrivals.from_now(self.database)
            with self._lock:
                self._cursor = arrivals.cursor
                self._clients.add(client)
                self._poller = Thread(
                    target=self._poll, args=(arrivals,), name="live-poller", daemon=True
                )
                self._poller.start()
                return self._cursor

    def leave(self, client: Client) -> None:
        """A client has gone."""
        with self._lock:
            self._clients.discard(client)

    def cursor_of(self, client: Client) -> LiveCursor | None:
        """Where a client stands; None while something waits for it."""
        with self._lock:
            return self._cursor if client.is_idle else None

    def _poll(self, arrivals: Arrivals) -> None:
        pause = Event()
        is_failing = False
        is_complete = True
        saw_all = looked_back = time.monotonic()
        while not self.is_stopping():
            began = time.monotonic()
            POLLER_LAG.set(began - saw_all)
            quick = is_complete and began - looked_back < LOOK_BACK_SECONDS
            try:
                batch = arrivals.read(quick=quick)
            except Exception:  # were it to end by one, every client would wait for ever
                if not is_failing:
                    log.warning("live streams wait for ClickHouse", exc_info=True)
                is_failing = True
                is_complete = False
                pause.wait(_FAILED_SECONDS)
                continue
            is_failing = False
            if not quick:
                looked_back = began
            with self._lock:
                self._publish(batch)
                if not self._clients:
                    self._poller = None
                    return
            is_complete = batch.complete
            if is_complete:
                saw_all = time.monotonic()
                pause.wait(POLL_SECONDS)
        with self._lock:
            self._poller = None

    def _publish(self, batch: Batch) -> None:
        """Hand the rows to everybody who wants them; each sort of client is written for once."""
        written: dict[tuple[Write, Subscription], list[Parcel]] = {}
        for client in self._clients:
            sort = (client.write, client.subscription)
            if sort not in written:
                chosen = client.subscription.select(batch.rows)
                written[sort] = list(parcels(chosen, client.write))
            for parcel in written[sort]:
                if not client.put(parcel, self._cursor.encode()):
                    LIVE_DROPPED.inc(parcel.rows)
        self._cursor = batch.after


def parcels(rows: Sequence[LiveRow], write: Write) -> Iterator[Parcel]:
    """The rows, written, in pieces that are not too large."""
    piece: list[LiveRow] = []
    size = 0
    for row in rows:
        piece.append(row)
        size += len(row.json)
        if size >= _PARCEL_BYTES:
            yield Parcel(write(piece), len(piece))
            piece, size = [], 0
    if piece:
        yield Parcel(write(piece), len(piece))
