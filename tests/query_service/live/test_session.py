"""What a client missed reaches it whole, also when ClickHouse is away in between."""

import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from query_service.db import Row
from query_service.errors import Unavailable
from query_service.live.arrivals import SECOND
from query_service.live.cursor import LiveCursor
from query_service.live.hub import CATCHING_UP, Hub
from query_service.live.rows import LiveRow, encode
from query_service.live.session import Session
from query_service.live.subscription import Subscription
from tests.query_service.live.arrived import NOW, Table, arrived

DAY = 86_400 * SECOND
SECONDS = 120


class Failing(Table):
    """A table whose query of one number, of those that the test's own thread asks, fails."""

    def __init__(self, fails: int) -> None:
        super().__init__()
        self.visible = [arrived(n, inserted=NOW + n * SECOND) for n in range(1, 4)]
        self.now = NOW + 5 * SECOND
        self._until_failure = fails

    def rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """The rows of a query. Raises Unavailable."""
        if threading.current_thread() is threading.main_thread():
            self._until_failure -= 1
            if self._until_failure == 0:
                raise Unavailable("ClickHouse does not answer")
        return super().rows(name, parameters)


def write(rows: Sequence[LiveRow]) -> bytes:
    """The ids of the rows, one a line."""
    return b"".join(b"%d\n" % row.row["row_id"] for row in rows)


@pytest.mark.parametrize("fails", range(4, 10))
@pytest.mark.parametrize("until", [NOW, NOW - 3 * DAY])
def test_a_query_that_fails_loses_nothing(fails: int, until: int) -> None:
    hub = Hub(Failing(fails), 1)
    session = Session(hub, write, encode, lambda: None)
    session.start(Subscription(), LiveCursor(until, 0))
    said: list[bytes] = []
    for _ in range(3):
        try:
            said += session.next()
        except Unavailable:
            continue
    session.end()
    lines = b"\n".join(said).split()
    assert [line for line in lines if line in (b"1", b"2", b"3")] == [b"1", b"2", b"3"]
    gaps = [piece for piece in said if piece.startswith(b"{")]
    assert [json.loads(gap)["type"] for gap in gaps] == ["gap"] * (until < NOW)


class Slow(Table):
    """A table whose reads wait for each other, and count how many do so at once."""

    def __init__(self) -> None:
        super().__init__()
        self.reading = threading.Semaphore(0)
        self.go_on = threading.Event()

    def rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """The rows of a query."""
        if name == "live/inserts":
            self.reading.release()
            assert self.go_on.wait(SECONDS)
        return super().rows(name, parameters)


def test_only_a_few_read_at_once_what_they_missed() -> None:
    table = Slow()
    hub = Hub(table, 2 * CATCHING_UP)
    sessions = [Session(hub, write, encode, lambda: None) for _ in range(2 * CATCHING_UP)]
    for session in sessions:
        session.start(Subscription(), LiveCursor(NOW, 0))
    threads = [threading.Thread(target=session.next, daemon=True) for session in sessions]
    for thread in threads:
        thread.start()
    for _ in range(CATCHING_UP):
        assert table.reading.acquire(timeout=SECONDS)
    assert not table.reading.acquire(timeout=0.1)  # one more may be late, but must not come
    table.go_on.set()
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive()
    for session in sessions:
        session.end()
