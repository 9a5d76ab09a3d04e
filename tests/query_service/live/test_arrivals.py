"""Each row is told once, however inserts become visible; a cursor misses nothing."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from query_service.live import arrivals
from query_service.live.arrivals import LATE, LATELY, OVERLAP, SECOND, Arrivals
from query_service.live.cursor import LiveCursor
from tests.query_service.live.arrived import NOW, Table, arrived

ROOT = Path(__file__).parents[3]
DAY = 86_400 * SECOND
# When each insert begins (s), how long until it is visible, and how many rows it has.
inserts = st.lists(
    st.tuples(st.integers(0, 190), st.integers(0, 40), st.integers(1, 3)), max_size=12
)


def told(reader: Arrivals, quick: bool = False) -> list[int]:
    """The ids of all that there is for now, or of what a quick look finds."""
    ids: list[int] = []
    complete = False
    while not complete:
        batch = reader.read(quick=quick)
        ids += [row.row["row_id"] for row in batch.rows]
        complete = batch.complete
    return ids


@given(inserts, st.integers(0, 230), st.integers(0, 230), st.integers(0, 230))
def test_each_row_once_and_a_cursor_misses_nothing(
    plan: list[tuple[int, int, int]], begin: int, leave: int, back: int
) -> None:
    """A reader of all that comes; one that leaves; and one, elsewhere, that goes on from there."""
    table = Table()
    made = [
        (start + wait, arrived(100 * number + n, inserted=NOW + start * SECOND))
        for number, (start, wait, rows) in enumerate(plan)
        for n in range(rows)
    ]
    leave = max(begin, leave)
    back = max(leave, back)
    heard: list[int] = []
    elsewhere: list[int] = []
    reader = other = None
    cursor = LiveCursor(0, 0)
    for second in range(231):
        table.now = NOW + second * SECOND
        table.visible += [row for visible, row in made if visible == second]
        if second == begin:
            reader = Arrivals.from_now(table)
            before = {row["row_id"] for row in table.visible}
        if reader:
            heard += told(reader, quick=second % 3 != 0)
            if second == leave:
                cursor = reader.cursor
                until_then = set(heard)
        if second == back:
            other, is_whole = Arrivals.resume(table, LiveCursor.decode(cursor.encode()))
            assert is_whole
        if other:
            elsewhere += told(other)
    everything = {row["row_id"] for _, row in made}
    assert sorted(heard) == sorted(everything - before)
    assert set(elsewhere) | until_then | before == everything
    assert len(elsewhere) == len(set(elsewhere))


def test_a_cursor_repeats_nothing_when_nothing_came_out_of_order() -> None:
    table = Table()
    table.visible = [arrived(1), arrived(2, inserted=NOW + SECOND)]
    cursor = Arrivals.from_now(table).cursor
    table.visible.append(arrived(3, inserted=NOW + 2 * SECOND))
    assert told(Arrivals.resume(table, cursor)[0]) == [3]


def test_what_became_visible_before_a_cursor_is_told_with_its_neighbours() -> None:
    table = Table()
    table.visible = [arrived(1), arrived(2, inserted=NOW + 5 * SECOND)]
    cursor = Arrivals.from_now(table).cursor
    table.visible.append(arrived(3, inserted=NOW + 3 * SECOND))
    assert told(Arrivals.resume(table, cursor)[0]) == [1, 3, 2]


def test_a_quick_look_leaves_what_took_long_to_the_next_whole_one() -> None:
    table = Table()
    table.visible = [arrived(1)]
    reader = Arrivals.from_now(table)
    table.visible += [
        arrived(2, inserted=NOW - LATELY),
        arrived(3, inserted=NOW - LATELY + 1),
        arrived(4, inserted=NOW + SECOND),
    ]
    assert told(reader, quick=True) == [3, 4]
    assert told(reader) == [2]


def test_a_whole_look_finds_what_took_long_however_far_quick_ones_came() -> None:
    table = Table()
    table.visible = [arrived(1)]
    reader = Arrivals.from_now(table)
    table.visible.append(arrived(2, inserted=NOW + 30 * SECOND))
    assert told(reader, quick=True) == [2]
    place = reader.cursor
    table.visible.append(arrived(3, inserted=NOW - OVERLAP + 1))
    assert told(reader) == [3]
    assert (place.rows, reader.cursor) == (2, place)
    assert told(Arrivals.resume(table, place)[0]) == []


def test_a_redelivered_row_is_not_live() -> None:
    table = Table()
    an_hour_ago = NOW - 3600 * SECOND
    table.visible = [arrived(1, inserted=an_hour_ago)]
    reader = Arrivals.from_now(table)
    again = arrived(1, inserted=NOW, age=3600 * SECOND)
    table.visible += [again, arrived(2, inserted=NOW)]
    assert told(reader) == [2]


def test_a_redelivered_row_without_a_time_is_not_live() -> None:
    table = Table()
    table.visible = [arrived(1, inserted=NOW - 40_000 * SECOND, age=NOW)]
    reader = Arrivals.from_now(table)
    table.visible += [arrived(1, age=NOW), arrived(2, age=NOW)]
    assert told(reader) == [2]


def test_a_row_that_comes_twice_in_the_window_is_told_once() -> None:
    table = Table()
    reader = Arrivals.from_now(table)
    table.visible = [arrived(1), arrived(1), arrived(1, inserted=NOW + SECOND)]
    assert told(reader) == [1]
    table.visible.append(arrived(1, inserted=NOW + 9 * SECOND, age=9 * SECOND))
    assert told(reader) == []


def test_what_comes_first_long_after_it_happened_is_marked() -> None:
    table = Table()
    reader = Arrivals.from_now(table)
    table.visible = [
        arrived(1, age=LATE + 1),
        arrived(2, age=LATE - 1),
        arrived(3, age=LATE + 1, kind="span"),
        arrived(4, age=NOW),
    ]
    late = {row.row["row_id"]: row.late for row in reader.read().rows}
    assert late == {1: True, 2: False, 3: False, 4: False}


def test_memory_is_that_of_the_window() -> None:
    table = Table()
    reader = Arrivals.from_now(table)
    for second in range(500):
        table.visible = [arrived(second, inserted=NOW + second * SECOND)]
        told(reader)
    assert reader.cursor.rows <= OVERLAP // SECOND


def test_the_collector_gives_an_insert_up_before_it_is_missed() -> None:
    text = (ROOT / "otel-collector/ingester.yaml").read_text()
    exporters = yaml.safe_load(text)["exporters"].values()
    assert {exporter["timeout"] for exporter in exporters} == {"40s"}
    assert OVERLAP == 45 * SECOND


def test_a_cursor_beyond_what_is_kept_is_told_so() -> None:
    table = Table()
    table.visible = [arrived(1, inserted=NOW - DAY)]
    assert Arrivals.resume(table, LiveCursor(NOW - 3 * DAY, 0))[1] is False
    assert Arrivals.resume(table, LiveCursor(NOW - DAY - SECOND, 0))[1] is True


@pytest.mark.parametrize("bound", ["_MOST_ROWS", "_MOST_BYTES", "_MOST_INSERTS"])
def test_a_batch_is_bounded_and_nothing_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    table = Table()
    reader = Arrivals.from_now(table)
    table.visible = [arrived(n, inserted=NOW + n // 2 * SECOND) for n in range(20)]
    monkeypatch.setattr(arrivals, bound, 3)
    batch = reader.read()
    assert 2 <= len(batch.rows) <= 6
    assert not batch.complete
    ids = [row.row["row_id"] for row in batch.rows]
    assert ids + told(reader) == list(range(20))


def test_a_cursor_of_the_future_misses_nothing_that_comes() -> None:
    table = Table()
    reader, _ = Arrivals.resume(table, LiveCursor(NOW + 10 * DAY, 0))
    table.visible = [arrived(1, inserted=NOW + SECOND)]
    assert told(reader) == [1]
