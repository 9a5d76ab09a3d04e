"""A live stream as server-sent events."""

from collections.abc import Iterator, Sequence
from threading import Event
from typing import Any

from clickhouse_connect.driver.exceptions import Error as ClickHouseError

from query_service.errors import AgentTelemetryError
from query_service.live.cursor import LiveCursor
from query_service.live.hub import Hub
from query_service.live.rows import LiveRow, encode, sent_event
from query_service.live.session import Session
from query_service.live.subscription import Subscription

KEEP_ALIVE_SECONDS = 15.0
_AGAIN_SECONDS = 1.0
_HEAD = b"retry: 2000\n"


class EventStream:
    """The body of an answer that does not end, but by its client or with the process.

    Every piece ends with the id that a browser sends as Last-Event-ID when it comes back.
    """

    def __init__(self, hub: Hub, subscription: Subscription, cursor: LiveCursor | None) -> None:
        """Raises Unavailable when there are too many streams, or ClickHouse is away."""
        self._hub = hub
        self._wake = Event()
        self._session = Session(hub, write, _tell, self._wake.set)
        self._is_open = True
        hub.open()
        try:
            self._begin = self._session.start(subscription, cursor)
        except Exception:
            self.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        yield _HEAD + _id(self._begin)
        while not self._hub.is_stopping():
            self._wake.clear()
            try:
                pieces = self._session.next()
            except (AgentTelemetryError, ClickHouseError):
                self._wake.wait(_AGAIN_SECONDS)
                continue
            cursor = self._session.cursor
            if pieces:
                yield b"".join(pieces) + (_id(cursor) if cursor else b"")
            elif not self._woken():
                yield b": still here\n" + (_id(cursor) if cursor else b"\n")

    def _woken(self) -> bool:
        """Wait for something new; False after a while without."""
        waited = 0.0
        while waited < KEEP_ALIVE_SECONDS and not self._hub.is_stopping():
            if self._wake.wait(_AGAIN_SECONDS):
                return True
            waited += _AGAIN_SECONDS
        return False

    def close(self) -> None:
        """Called by the server when the answer has ended, however it did."""
        if self._is_open:
            self._is_open = False
            self._session.end()
            self._hub.close()


def write(rows: Sequence[LiveRow]) -> bytes:
    """The rows as server-sent events."""
    return b"".join([row.event for row in rows])


def _tell(what: dict[str, Any]) -> bytes:
    return sent_event(encode(what), what["type"])


def _id(cursor: LiveCursor) -> bytes:
    """An event without data: it only moves the id on."""
    return f"id: {cursor.encode()}\n\n".encode()
