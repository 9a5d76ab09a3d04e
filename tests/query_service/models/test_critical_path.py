"""The critical path: what the time of a trace was spent on."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from query_service.models.critical_path import Node, Path, Sent, critical_path


def node(span_id: str, parent: str, start: int, end: int, message_id: str = "") -> Node:
    """A span of Writer."""
    return Node(span_id, parent, span_id, "Writer", "task", start, end, message_id=message_id)


def pieces(path: Path | None) -> list[tuple[str, str, int, int]]:
    """The pieces of the path."""
    assert path is not None
    return [(s.kind, s.node.span_id, s.start, s.end) for s in path.segments]


def test_no_spans_have_no_path() -> None:
    assert critical_path([], {}) is None


def test_the_child_that_ended_last_blocks_its_parent() -> None:
    spans = [node("root", "", 0, 100), node("a", "root", 10, 50), node("b", "root", 20, 80)]
    assert pieces(critical_path(spans, {})) == [
        ("span", "root", 0, 20),
        ("span", "b", 20, 80),
        ("span", "root", 80, 100),
    ]


def test_children_one_after_the_other_are_all_on_it() -> None:
    spans = [node("root", "", 0, 100), node("a", "root", 10, 40), node("b", "root", 50, 90)]
    assert [p[1:] for p in pieces(critical_path(spans, {}))] == [
        ("root", 0, 10),
        ("a", 10, 40),
        ("root", 40, 50),
        ("b", 50, 90),
        ("root", 90, 100),
    ]


def test_a_span_that_began_after_its_parent_ended_waited() -> None:
    spans = [node("send", "", 0, 10), node("process", "send", 60, 100, "m1")]
    assert pieces(critical_path(spans, {})) == [
        ("span", "send", 0, 10),
        ("wait", "process", 10, 60),
        ("span", "process", 60, 100),
    ]


def test_without_a_parent_the_message_leads_to_its_sender() -> None:
    spans = [node("work", "", 0, 40), node("process", "gone", 60, 100, "m1")]
    path = critical_path(spans, {"m1": Sent(30, "work")})
    assert pieces(path) == [
        ("span", "work", 0, 30),
        ("wait", "process", 30, 60),
        ("span", "process", 60, 100),
    ]
    assert path is not None
    assert path.missing_parents == 1


def test_roots_that_nothing_joins_leave_a_gap() -> None:
    spans = [node("first", "", 0, 10), node("second", "", 30, 50)]
    assert pieces(critical_path(spans, {})) == [
        ("span", "first", 0, 10),
        ("gap", "second", 10, 30),
        ("span", "second", 30, 50),
    ]


def test_a_child_that_outlives_its_parent_by_a_wrong_clock_counts_up_to_its_end() -> None:
    spans = [node("root", "", 0, 100), node("a", "root", -10, 110)]
    path = critical_path(spans, {})
    assert path is not None
    assert (path.start, path.end, path.clock_skew) == (-10, 110, 1)
    assert pieces(path) == [("span", "a", -10, 110)]


def test_a_cycle_of_parents_is_cut_at_its_earliest_span() -> None:
    spans = [node("a", "b", 0, 100), node("b", "a", 10, 90)]
    path = critical_path(spans, {})
    assert path is not None
    assert path.cycles == 1
    assert pieces(path) == [("span", "a", 0, 10), ("span", "b", 10, 90), ("span", "a", 90, 100)]


names = st.sampled_from("abcdefgh")
drawn = st.lists(
    st.builds(
        node,
        names,
        st.sampled_from(["", *"abcdefgh", "gone"]),
        st.integers(0, 50),
        st.integers(0, 80),
        st.sampled_from(["", "m", "n"]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda n: n.span_id,
)
sent = st.dictionaries(
    st.sampled_from("mn"), st.builds(Sent, st.integers(0, 80), names), max_size=2
)


@given(drawn, sent)
def test_whatever_the_spans_are_it_ends_at_the_end_and_no_time_counts_twice(
    spans: list[Node], messages: dict[str, Sent]
) -> None:
    path = critical_path(spans, messages)
    found = pieces(path)
    assert path is not None
    if found:
        assert found[-1][3] == path.end
    assert all(start < end for _, _, start, end in found)
    assert all(before[3] <= after[2] for before, after in pairwise(found))
