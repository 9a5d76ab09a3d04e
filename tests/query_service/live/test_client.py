"""What waits for a client is bounded, and what did not fit is counted."""

from hypothesis import given
from hypothesis import strategies as st

from query_service.live.client import MOST_BYTES, Client, Gap, Parcel
from query_service.live.subscription import Subscription

TAKE = None
steps = st.lists(st.one_of(st.just(TAKE), st.integers(1, MOST_BYTES)), max_size=40)


def client() -> Client:
    return Client(Subscription(), lambda rows: b"", lambda: None)


@given(steps)
def test_everything_is_sent_or_counted_in_its_place(some: list[int | None]) -> None:
    waits = client()
    put = 0
    got: list[int] = []
    for step in [*some, TAKE]:
        if step is not TAKE:
            data = put.to_bytes(8) + bytes(step)
            waits.put(Parcel(data, 1), f"cursor {put}")
            put += 1
            continue
        taken, gap = waits.take()
        assert sum(map(len, taken)) <= 2 * MOST_BYTES
        got += [int.from_bytes(data[:8]) for data in taken]
        if gap:
            assert gap.cursor == f"cursor {len(got)}"
            got += range(len(got), len(got) + gap.rows)
    assert got == list(range(put))
    assert waits.is_idle


def test_what_does_not_fit_is_told_once() -> None:
    waits = client()
    parcel = Parcel(bytes(MOST_BYTES), 3)
    assert [waits.put(parcel, f"c{number}") for number in range(4)] == [True, False, False, False]
    assert waits.take() == ([parcel.data], Gap("c1", 9))
    assert waits.take() == ([], None)
    assert waits.put(parcel, "c5")


def test_what_is_larger_than_all_that_may_wait_is_sent_alone() -> None:
    waits = client()
    large = Parcel(bytes(MOST_BYTES + 1), 1)
    for _ in range(2):  # what was taken makes room
        assert [waits.put(large, "c"), waits.put(Parcel(b"x", 1), "d")] == [True, False]
        assert waits.take() == ([large.data], Gap("d", 1))
    half = Parcel(bytes(MOST_BYTES // 2), 1)
    for _ in range(2):
        assert [waits.put(half, "c") for _ in range(3)] == [True, True, False]
        assert waits.take() == ([half.data] * 2, Gap("c", 1))
