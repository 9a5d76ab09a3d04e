"""One poller for all clients, which nothing ends while there are some."""

import threading
from collections.abc import Mapping
from threading import Event
from typing import Any

import pytest
from prometheus_client import REGISTRY

from query_service.db import Row
from query_service.errors import Unavailable
from query_service.live import hub as hub_module
from query_service.live.arrivals import LATELY
from query_service.live.client import Client
from query_service.live.hub import Hub, parcels
from query_service.live.session import Session
from query_service.live.subscription import Subscription
from tests.query_service.live.arrived import NOW, Table, arrived, live
from tests.query_service.live.test_session import write
from tests.waiting import wait_until

SECONDS = 120


class Broken(Table):
    """A table whose first reads fail."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__()
        self._errors = list(errors)

    def rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
        """The rows of a query. Raises the errors, one by one."""
        if name in ("live/inserts", "live/lately") and self._errors:
            raise self._errors.pop(0)
        return super().rows(name, parameters)


@pytest.mark.parametrize("errors", [[], [KeyError("odd")], [Unavailable("away"), OSError("cut")]])
def test_the_poller_goes_on_after_whatever_a_read_raises(errors: list[Exception]) -> None:
    table = Broken(*errors)
    hub = Hub(table, 1)
    told = Event()
    session = Session(hub, write, lambda _: b"", told.set)
    session.start(Subscription(), None)
    table.visible.append(arrived(7, inserted=NOW))
    assert told.wait(SECONDS)
    assert session.next() == [b"7\n"]
    session.end()


def test_the_poller_counts_no_more_than_a_batch_after_it_was_kept_from_reading() -> None:
    asked: list[str] = []

    class Asked(Broken):
        def rows(self, name: str, parameters: Mapping[str, Any] | None = None) -> list[Row]:
            asked.append(name)
            return super().rows(name, parameters)

    told = Event()
    table = Asked(OSError("away"))
    session = Session(Hub(table, 1), write, lambda _: b"", told.set)
    session.start(Subscription(), None)
    table.visible.append(arrived(7, inserted=NOW))
    assert told.wait(SECONDS)
    session.end()
    looks = [name for name in asked if name in ("live/inserts", "live/lately")]
    assert looks[:2] == ["live/lately", "live/inserts"]


def test_the_poller_looks_back_for_what_took_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "LOOK_BACK_SECONDS", 0.3)
    table = Table()
    table.visible.append(arrived(1, inserted=NOW))
    told = Event()
    session = Session(Hub(table, 1), write, lambda _: b"", told.set)
    session.start(Subscription(), None)
    table.visible.append(arrived(7, inserted=NOW - 2 * LATELY))
    assert told.wait(SECONDS)
    assert session.next() == [b"7\n"]
    session.end()


def test_a_client_with_something_left_to_send_has_no_cursor() -> None:
    table = Table()
    hub = Hub(table, 1)
    told = Event()
    client = Client(Subscription(), write, told.set)
    assert hub.cursor_of(client) is not None
    hub.join(client)
    table.visible.append(arrived(7, inserted=NOW))
    assert told.wait(SECONDS)
    assert hub.cursor_of(client) is None
    assert client.take() == ([b"7\n"], None)
    assert hub.cursor_of(client) is not None
    hub.leave(client)


def test_streams_that_have_ended_make_room() -> None:
    hub = Hub(Table(), 1)
    for _ in range(2):
        hub.open()
        with pytest.raises(Unavailable):
            hub.open()
        hub.close()
    assert hub.streams == 0


def test_what_is_much_comes_in_pieces() -> None:
    rows = [live(number, record=f'{{"x": "{"x" * 300_000}"}}') for number in range(5)]
    made = list(parcels(rows, write))
    assert [parcel.rows for parcel in made] == [2, 2, 1]
    assert b"".join(parcel.data for parcel in made) == b"0\n1\n2\n3\n4\n"


def test_the_poller_ends_with_the_last_client() -> None:
    hub = Hub(Table(), 1)
    client = Client(Subscription(), write, lambda: None)
    for _ in range(2):
        hub.join(client)
        assert [thread for thread in threading.enumerate() if thread.name == "live-poller"]
        hub.leave(client)
        wait_until(
            lambda: not [t for t in threading.enumerate() if t.name == "live-poller"], SECONDS
        )


def test_what_is_left_out_is_counted() -> None:
    def dropped() -> float:
        return REGISTRY.get_sample_value("agent_telemetry_live_dropped_total") or 0

    table = Table()
    hub = Hub(table, 1)
    client = Client(Subscription(), lambda rows: bytes(3 << 20), lambda: None)
    hub.join(client)
    before = dropped()
    record = f'{{"x": "{"x" * 600_000}"}}'
    table.visible = [arrived(n, inserted=NOW, record=record) for n in range(3)]
    wait_until(lambda: dropped() == before + 2, SECONDS)
    hub.leave(client)
