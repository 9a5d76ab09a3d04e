"""Runs of offsets against sets of offsets."""

from hypothesis import given
from hypothesis import strategies as st

from query_service.observer.intervals import first, missing, singles, subtract

ranges = st.builds(lambda a, n: range(a, a + n), st.integers(0, 30), st.integers(0, 10))


def offsets(parts: list[range]) -> list[int]:
    return [offset for part in parts for offset in part]


@given(window=ranges, known=st.lists(ranges))
def test_missing_is_what_no_run_covers(window: range, known: list[range]) -> None:
    gaps = missing(window, known)
    assert offsets(gaps) == sorted(set(window) - set(offsets(known)))
    assert all(gaps), "no empty part"
    assert all(a.stop < b.start for a, b in zip(gaps, gaps[1:], strict=False)), "whole runs"


@given(window=ranges, known=st.lists(ranges), taken=st.lists(ranges))
def test_subtract_takes_from_each_range(
    window: range, known: list[range], taken: list[range]
) -> None:
    left = subtract(missing(window, known), taken)
    assert offsets(left) == sorted(set(window) - set(offsets(known)) - set(offsets(taken)))


@given(parts=st.lists(ranges), count=st.integers(0, 50))
def test_first_takes_from_the_front(parts: list[range], count: int) -> None:
    assert offsets(first(parts, count)) == offsets(parts)[:count]


def test_singles() -> None:
    assert singles([3, 5]) == [range(3, 4), range(5, 6)]
