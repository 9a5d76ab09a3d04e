"""However many threads there are, only so many requests compete."""

from collections.abc import Iterator
from contextlib import ExitStack
from threading import Event, Thread

import pytest

from query_service.seats import SEATS, Seats

SECONDS = 120
REST = {"PATH_INFO": "/api/v1/traces"}


@pytest.fixture
def seats() -> Seats:
    """Seats for the requests of one service."""
    return Seats()


@pytest.fixture
def others(seats: Seats) -> Iterator[ExitStack]:
    """Who has all the seats until they are closed."""
    with ExitStack() as others:
        for _ in range(SEATS):
            others.enter_context(seats.taken(REST))
        yield others


def _asking(seats: Seats, environ: dict[str, str]) -> Event:
    """What is set once such a request is answered."""
    answered = Event()

    def ask() -> None:
        with seats.taken(environ):
            answered.set()

    Thread(target=ask, daemon=True).start()
    return answered


@pytest.mark.parametrize("headers", [{}, {"HTTP_UPGRADE": "websocket"}])
def test_a_request_waits_for_a_seat_whatever_its_headers_say(
    seats: Seats, others: ExitStack, headers: dict[str, str]
) -> None:
    answered = _asking(seats, REST | headers)
    assert not answered.wait(0.1)  # one that does not wait may be late, one that waits never early
    others.close()
    assert answered.wait(SECONDS)


def test_a_websocket_takes_none(seats: Seats, others: ExitStack) -> None:
    environ = {"PATH_INFO": "/ws/debug/me", "HTTP_UPGRADE": "websocket"}
    assert _asking(seats, environ).wait(SECONDS)
