"""Pages and windows."""

from datetime import timedelta

import pytest

from query_service.errors import InvalidParameter
from query_service.models.cursor import END, Cursor
from query_service.models.parameters.handoffs import HandoffsQuery
from query_service.models.parameters.lists import ListQuery, PageQuery
from query_service.models.parameters.search import SearchQuery
from query_service.routes.paging import FIRST, LAST, next_cursor, opened, window
from tests.query_service.client import NOW, client
from tests.query_service.fake_database import FakeDatabase

ROWS = [{"time": 9, "id": "c"}, {"time": 8, "id": "b"}, {"time": 7, "id": "a"}]
PAGE = Cursor(at=NOW, now=NOW, arrived_until=5)


def test_a_page_that_is_not_the_last_tells_where_it_ended() -> None:
    following = next_cursor(ROWS, 2, PAGE, ("time", "id"))
    assert following is not None
    assert Cursor.decode(following) == PAGE.model_copy(update={"after_time": 8, "after_id": "b"})


@pytest.mark.parametrize("limit", [0, 3, 4])
def test_there_is_none_after_the_last_page(limit: int) -> None:
    assert next_cursor(ROWS, limit, PAGE, ("time", "id")) is None


def test_every_page_is_of_the_moment_of_the_first() -> None:
    with client(FakeDatabase()).application.test_request_context():
        asked, first = opened(ListQuery(), None)
        assert (asked.now, first.after_time, first.after_id) == (NOW, END, "")
        earlier = first.model_copy(update={"now": NOW - timedelta(hours=1)})
        asked, second = opened(ListQuery(), earlier.encode())
        assert (asked.now, second) == (earlier.now, earlier)
        assert window(ListQuery.model_validate({"since": "15m"}), asked) == {
            "since": "2026-11-22 10:45:00.000000",
            "until": LAST,
        }


def test_a_window_reaches_back_from_the_time_asked_for() -> None:
    with client(FakeDatabase()).application.test_request_context():
        query = ListQuery.model_validate({"at": "1h", "until": "-30m"})
        asked, _ = opened(query, None)
        assert window(query, asked) == {"since": FIRST, "until": "2026-11-22 10:30:00.000000"}


def test_a_window_before_the_year_1_is_refused() -> None:
    with client(FakeDatabase()).application.test_request_context():
        query = ListQuery.model_validate({"since": "999999999d"})
        asked, _ = opened(query, None)
        with pytest.raises(InvalidParameter, match="since"):
            window(query, asked)


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with client(FakeDatabase()).application.test_request_context():
        query = ListQuery.model_validate({"since": "5m", "until": "10m"})
        asked, _ = opened(query, None)
        with pytest.raises(InvalidParameter, match="until: lies before since, 2026-11-22T"):
            window(query, asked)


@pytest.mark.parametrize(
    ("model", "given", "again"),
    [
        (HandoffsQuery, {"agent_name": "Code Writer"}, {"agent_name": "code-writer"}),
        (HandoffsQuery, {"source": "A", "target": ""}, {"source": "a", "trace_id": ""}),
        (HandoffsQuery, {"since": "60m"}, {"since": "-1h"}),
        (
            HandoffsQuery,
            {"until": "2026-11-22T13:00:00+01:00"},
            {"until": "2026-11-22 12:00"},
        ),
        (
            SearchQuery,
            {"q": "tea", "kinds": ["message", "span"]},
            {"q": "tea", "kinds": ["span", "message", "span"]},
        ),
    ],
)
def test_a_page_goes_on_however_its_filters_are_spelled(
    model: type[PageQuery], given: dict[str, object], again: dict[str, object]
) -> None:
    with client(FakeDatabase()).application.test_request_context():
        _, page = opened(model.model_validate(given), None)
        assert opened(model.model_validate(again), page.encode())[1] == page
        with pytest.raises(InvalidParameter, match="other filters"):
            opened(model.model_validate(given | {"since": "7m"}), page.encode())
