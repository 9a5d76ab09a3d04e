"""What one client gets, in order: what it missed, then what comes."""

from collections.abc import Callable
from typing import Any

from query_service.live.arrivals import Arrivals, Batch, earliest_cursor
from query_service.live.client import Client, Gap, Write
from query_service.live.cursor import LiveCursor
from query_service.live.hub import Hub
from query_service.live.subscription import Subscription

Json = dict[str, Any]


class Session:
    """The stream of one client, which asks for `next()` whenever it can send.

    `write` makes bytes of rows, `tell` of what we have to say ourselves; `wake` is called when
    there is something new.
    """

    def __init__(
        self, hub: Hub, write: Write, tell: Callable[[Json], bytes], wake: Callable[[], None]
    ) -> None:
        self._hub = hub
        self._write = write
        self._tell = tell
        self._client = Client(Subscription(), write, wake)
        self._wake = wake
        self._missed: Arrivals | None = None
        self._ready: list[bytes] = []

    def start(self, subscription: Subscription, cursor: LiveCursor | None) -> LiveCursor:
        """Begin, or begin anew: with what comes from now on, or after a cursor. Gives where.

        Raises Unavailable.
        """
        if cursor is None:
            self._client.subscription = subscription
            return self._hub.join(self._client) if self._missed is None else self._missed.cursor
        self._leave(subscription)
        self._missed, is_whole = Arrivals.resume(self._hub.database, cursor)
        if not is_whole:
            earliest = earliest_cursor(self._hub.database).encode()
            self._ready.append(self._tell(_lost(cursor.encode(), earliest)))
        return cursor

    def end(self) -> None:
        """The client has gone."""
        self._hub.leave(self._client)

    def next(self) -> list[bytes]:
        """What is to be sent now; nothing when there is nothing new.

        Raises Unavailable; what was ready by then comes with the next call.
        """
        if self._missed is not None:
            with self._hub.catching_up:
                self._catch_up(self._missed)
            ready, self._ready = self._ready, []
            return ready
        waiting, gap = self._client.take()
        return waiting + ([self._tell(_left_out(gap))] if gap else [])

    @property
    def cursor(self) -> LiveCursor | None:
        """Where the client stands once it has got what `next()` gave; None while more waits."""
        if self._missed is not None:
            return self._missed.cursor
        return self._hub.cursor_of(self._client)

    def _leave(self, subscription: Subscription) -> None:
        """Be one whom the hub has told nothing."""
        self._hub.leave(self._client)
        self._client = Client(subscription, self._write, self._wake)

    def _catch_up(self, missed: Arrivals) -> None:
        """One batch of what was missed; at its end the client joins those who hear of what comes.

        What the hub tells from then on begins where this ends.
        """
        batch = missed.read()
        self._keep(batch)
        if not batch.complete:
            return
        self._leave(self._client.subscription)  # it joined already when this failed below
        joined = self._hub.join(self._client)
        complete = False
        while not complete:
            batch = missed.read(joined.until)
            self._keep(batch)
            complete = batch.complete
        self._missed = None

    def _keep(self, batch: Batch) -> None:
        if chosen := self._client.subscription.select(batch.rows):
            self._ready.append(self._write(chosen))


def _left_out(gap: Gap) -> Json:
    return {
        "type": "gap",
        "left_out": gap.rows,
        "cursor": gap.cursor,
        "message": f"{gap.rows} messages were left out: this client is too slow. "
        "Subscribe or connect with this cursor to get them",
    }


def _lost(cursor: str, earliest: str) -> Json:
    return {
        "type": "gap",
        "left_out": None,
        "from_cursor": cursor,
        "cursor": earliest,
        "message": "What came after that cursor is kept for two days: this goes on with the "
        "earliest that is left, the endpoints have all",
    }
