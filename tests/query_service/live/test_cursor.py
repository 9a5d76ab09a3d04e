"""A cursor comes back as it was, and nothing else passes for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from query_service.errors import InvalidParameter
from query_service.live.cursor import LiveCursor


@given(st.integers(0, 10**16 - 1), st.integers(0, 10**9 - 1))
def test_a_cursor_comes_back_as_it_was(until: int, rows: int) -> None:
    cursor = LiveCursor(until, rows)
    assert LiveCursor.decode(cursor.encode()) == cursor
    assert cursor.encode().replace("-", "").replace("_", "").isalnum()


@given(st.text())
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    try:
        cursor = LiveCursor.decode(text)
    except InvalidParameter:
        return
    assert 0 <= cursor.until < 10**16


@pytest.mark.parametrize("text", ["", "x", "é", "MTIz", "LTEuMQ", "\0", "A" * 100_000])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter, match="cursor"):
        LiveCursor.decode(text)
