"""Cursors."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query_service.errors import InvalidParameter
from query_service.models.cursor import Cursor


@given(st.integers(0, 2**63 - 1), st.text())
def test_a_cursor_comes_back_as_it_was(time: int, identity: str) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    cursor = Cursor(at=at, now=at, arrived_until=time, after_time=time, after_id=identity)
    assert Cursor.decode(cursor.encode()) == cursor


@pytest.mark.parametrize("forged", [b"{}", b"[1]", b"\xff", b'{"at":"2026-11-22T00:00:00"}'])
def test_what_is_no_cursor_is_refused(forged: bytes) -> None:
    with pytest.raises(InvalidParameter, match="next_cursor"):
        Cursor.decode(base64.urlsafe_b64encode(forged).decode())


@pytest.mark.parametrize("name", ["at", "now"])
@pytest.mark.parametrize(
    "time",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "1969-12-31T23:59:59Z",
        "2100-01-01T00:00:00.000001Z",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_no_page_is_of_a_time_that_nothing_can_be_reckoned_from(name: str, time: str) -> None:
    usual = "2026-11-22T00:00:00Z"
    forged = json.dumps({"at": usual, "now": usual, name: time})
    with pytest.raises(InvalidParameter, match="next_cursor"):
        Cursor.decode(base64.urlsafe_b64encode(forged.encode()).decode())


@given(st.text())
def test_any_text_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidParameter, match="cursor"):
        Cursor.decode(text)


@pytest.mark.parametrize("identity", ["x", "-1", "1e3", "²", str(2**64), "9" * 50])
def test_an_id_of_another_list_is_no_number(identity: str) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    assert Cursor(at=at, now=at, after_id=str(2**64 - 1)).after_number == 2**64 - 1
    with pytest.raises(InvalidParameter, match="next_cursor"):
        _ = Cursor(at=at, now=at, after_id=identity).after_number
