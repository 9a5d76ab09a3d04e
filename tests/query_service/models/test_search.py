"""What a text of the search box means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query_service.db import Row
from query_service.models.search import id_bounds, item, words
from query_service.models.search_page import unique
from tests.query_service.rows import END

ROW: Row = {
    "kind": "message",
    "id": "m/1",
    "trace_id": "t1",
    "resource_id": "",
    "agent": "writer",
    "title": "task Researcher → Writer",
    "event_time": END,
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Draft about TEA", ["draft", "about", "tea"]),
        ("timeout_error: 5.3s", ["timeout", "error", "5", "3s"]),
        ("Über été", ["über", "été"]),
        ("a a A", ["a"]),
        ("'; -- %", []),
        ("", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


@given(st.text(max_size=200))
def test_any_text_has_words_and_ids(text: str) -> None:
    assert all(word and word == word.lower() for word in words(text.lower()))
    assert text in id_bounds(text)["ids"]


def test_short_texts_begin_no_id() -> None:
    assert id_bounds("1234567")["to"] == ""
    bounds = id_bounds("ABCDEF12")
    assert bounds["from"] == "abcdef12" <= "abcdef12-rest" < bounds["to"]
    assert bounds["ids"] == ["ABCDEF12", "abcdef12"]


@pytest.mark.parametrize(
    ("changes", "link"),
    [
        ({}, "/api/v1/handoffs/m%2F1"),
        ({"title": "result Writer → A", "resource_id": "m0"}, "/api/v1/handoffs/m0"),
        ({"title": "heartbeat A → B"}, "/api/v1/queues/writer"),
        ({"kind": "span"}, "/api/v1/traces/t1"),
        ({"kind": "trace", "id": "t1"}, "/api/v1/traces/t1"),
        ({"kind": "error", "id": "e1"}, "/api/v1/errors/e1"),
        ({"kind": "event"}, "/api/v1/events?trace_id=t1"),
        ({"kind": "handoff", "resource_id": "m1"}, "/api/v1/handoffs/m1"),
        (
            {"kind": "error_group", "id": "8f14e45fceea167a", "resource_id": "2026-11-22T11:00:00"},
            "/api/v1/errors/groups/8f14e45fceea167a?since=2026-11-22T11:00:00",
        ),
        ({"kind": "session", "id": "s&1"}, "/api/v1/traces?session_id=s%261"),
    ],
)
def test_links(changes: Row, link: str) -> None:
    assert item(ROW | changes)["link"] == link


def test_long_texts_are_cut() -> None:
    shown = item(ROW | {"title": "x" * 300, "preview": "y" * 300})
    assert (len(shown["title"]), len(shown["preview"])) == (200, 200)
    assert item(ROW)["preview"] is None


def test_each_thing_once() -> None:
    later = ROW | {"title": "result"}
    assert unique([ROW, later, ROW | {"trace_id": "t2"}]) == [ROW, ROW | {"trace_id": "t2"}]
