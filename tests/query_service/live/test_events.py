"""The body of a stream of events, without a server."""

from itertools import islice

import pytest

from query_service.live import events
from query_service.live.events import EventStream
from query_service.live.hub import Hub
from query_service.live.subscription import Subscription
from tests.query_service.live.arrived import Table


def test_a_silent_stream_says_that_it_is_there_and_ends_when_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By writing it is found that a client has gone."""
    monkeypatch.setattr(events, "KEEP_ALIVE_SECONDS", 0.0)
    hub = Hub(Table(), 1)
    stream = EventStream(hub, Subscription(), None)
    begin, *silent = islice(stream, 3)
    assert begin.startswith(b"retry: 2000\nid: ")
    assert [piece.startswith(b": still here\n") for piece in silent] == [True, True]
    assert hub.streams == 1
    for _ in range(2):
        stream.close()
    assert hub.streams == 0
