"""A live stream over a WebSocket, with the messages of the earlier system."""

import json
import logging
import socket
import struct
import time
from collections.abc import Sequence
from threading import Lock
from typing import Any, Literal

from clickhouse_connect.driver.exceptions import Error as ClickHouseError
from pydantic import StrictBool, StrictStr, ValidationError
from simple_websocket import ConnectionClosed, Server

from query_service.errors import AgentTelemetryError, InvalidParameter
from query_service.live.cursor import LiveCursor
from query_service.live.hub import Hub
from query_service.live.rows import LiveRow, encode, text_frame
from query_service.live.session import Session
from query_service.live.subscription import Subscription
from query_service.models.problem import parameter_errors

log = logging.getLogger(__name__)

STALLED_SECONDS = 30
_IDLE_SECONDS = 1.0
_CURSOR_SECONDS = 10.0
_MOST_UNREAD = 100
_KERNEL_BYTES = 256 * 1024
_GOING_AWAY, _TRY_AGAIN_LATER = 1001, 1013
_AWAY = (AgentTelemetryError, ClickHouseError)
_EARLIER = ("trace_ids", "agent_names", "event_types")


def bound(sock: socket.socket) -> None:
    """Let little wait in the kernel, and no send last for ever: it fails after STALLED_SECONDS."""
    limit = struct.pack("ll", STALLED_SECONDS, 0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_BYTES)


class WholeSocket:
    """A socket whose every send is whole, and never inside another one's.

    simple-websocket answers pings from a thread of its own. Messages that a client sends faster
    than they are answered stay in the network. Raises OSError when a client takes nothing for
    STALLED_SECONDS.
    """

    def __init__(self, sock: socket.socket) -> None:
        bound(sock)
        self._sock = sock
        self._sending = Lock()
        self.unread: list[object] = []

    def send(self, data: bytes) -> None:
        """Send all of it."""
        with self._sending:
            self._sock.sendall(data)

    def recv(self, size: int) -> bytes:
        """What came."""
        while len(self.unread) >= _MOST_UNREAD:
            time.sleep(0.05)
        return self._sock.recv(size)

    def fileno(self) -> int:
        """For selectors."""
        return self._sock.fileno()

    def close(self) -> None:
        """Close it."""
        self._sock.close()


class _Subscribe(Subscription):
    """What a client may write beside its filters."""

    type: Literal["subscribe"]
    cursor: StrictStr | None = None
    cursors: StrictBool = False


class LiveSocket:
    """One connection, in the thread of its request."""

    def __init__(self, ws: Server, hub: Hub) -> None:
        self._ws = ws
        self._hub = hub
        self._session = Session(hub, write, _tell, ws.event.set)
        self._wants_cursors = False
        self._told = time.monotonic()
        ws.sock.unread = ws.input_buffer

    def serve(self, cursor: str | None) -> None:
        """Until the client or the process ends, or the client takes nothing any more."""
        try:
            self._wants_cursors = cursor is not None
            self._begin(Subscription(), cursor)
            self._run()
            self._ws.close(_GOING_AWAY, "The service is about to end: come back with your cursor")
        except _AWAY as error:
            log.warning("a live client is sent away: %s", error)
            self._ws.close(_TRY_AGAIN_LATER, "ClickHouse does not answer: come back later")
        except (ConnectionClosed, OSError) as error:
            log.debug("a live client has gone: %s", error)
        finally:
            self._ws.sock.unread = []  # its reader may wait for room that nobody makes any more
            self._session.end()

    def _run(self) -> None:
        while not self._hub.is_stopping():
            while (text := self._ws.receive(timeout=0)) is not None:
                self._answer(text)
            if not self._send_what_is_new():
                self._ws.event.wait(_IDLE_SECONDS)
                self._ws.event.clear()

    def _begin(self, subscription: Subscription, cursor: str | None) -> LiveCursor | None:
        """Start the stream; what is wrong is told to the client, who stays connected."""
        try:
            found = LiveCursor.decode(cursor) if cursor else None
            return self._session.start(subscription, found)
        except InvalidParameter as error:
            self._refuse(str(error))
            return self._session.start(subscription, None)

    def _send_what_is_new(self) -> bool:
        try:
            pieces = self._session.next()
        except _AWAY:
            return False  # the poller says so in the log
        for piece in pieces:
            self._send(piece)
        if self._wants_cursors and time.monotonic() - self._told > _CURSOR_SECONDS:
            if cursor := self._session.cursor:
                self._send(_tell({"type": "cursor", "cursor": cursor.encode()}))
            self._told = time.monotonic()
        return bool(pieces)

    def _send(self, data: bytes) -> None:
        if not self._ws.connected:
            raise ConnectionClosed(self._ws.close_reason, self._ws.close_message)
        self._ws.sock.send(data)

    def _answer(self, text: str | bytes) -> None:
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            return self._refuse("This is not JSON")
        if not isinstance(said, dict):
            return self._refuse("A message is a JSON object")
        if said.get("type") == "ping":
            return self._send(_tell({"type": "pong"}))
        if said.get("type") == "subscribe":
            return self._subscribe(said)
        return None

    def _subscribe(self, said: dict[str, Any]) -> None:
        try:
            asked = _Subscribe.model_validate(said)
        except ValidationError as error:
            wrong = parameter_errors(error)
            return self._refuse("; ".join(f"{w['parameter']}: {w['detail']}" for w in wrong))
        filters = asked.model_dump(include=set(Subscription.model_fields))
        cursor = self._begin(Subscription.model_validate(filters), asked.cursor)
        self._wants_cursors = self._wants_cursors or asked.cursors or asked.cursor is not None
        told = {name: value for name, value in filters.items() if name in _EARLIER or name in said}
        answer = {"type": "subscription_updated", "subscription": told}
        if cursor and self._wants_cursors:
            answer["cursor"] = cursor.encode()
        return self._send(_tell(answer))

    def _refuse(self, why: str) -> None:
        self._send(_tell({"type": "error", "event_type": "bad_message", "message": why}))


def write(rows: Sequence[LiveRow]) -> bytes:
    """The rows as messages of a WebSocket."""
    return b"".join([row.frame for row in rows])


def _tell(what: dict[str, Any]) -> bytes:
    return text_frame(encode(what))
