"""Texts stay within their tokens, and say what they left out."""

from hypothesis import given
from hypothesis import strategies as st

from query_service.claude.budget import Block, fitted, tokens

texts = st.text(max_size=400)
blocks = st.lists(
    st.builds(Block, st.sampled_from(["a", "b", "c"]), texts, st.text(max_size=60)), max_size=12
)


@given(blocks, st.integers(200, 2000))
def test_it_never_has_more(drawn: list[Block], most: int) -> None:
    assert tokens(fitted(drawn, most, "Ask for more.")) <= most


def test_whole_ones_first_and_the_rest_in_short() -> None:
    long = "x" * 900
    drawn = [Block("one", long, "1"), Block("two", long, "2"), Block("three", long)]
    text = fitted(drawn, 500, "Ask.")
    assert text.startswith(f"{long}\n2\n")
    assert text.endswith("Left out or shortened for 500 tokens: two, three. Ask.")


def test_nothing_is_said_where_nothing_is_left_out() -> None:
    assert fitted([Block("one", "text", "t"), Block("two", "more")], 500, "Ask.") == "text\nmore"


def test_how_to_get_the_rest_is_never_cut() -> None:
    how = "Ask /api/v1/claude/diagnose?format=markdown&at=2026-11-22T12%3A00%3A00&max_tokens=20000."
    drawn = [Block(f"details of kind number {number}", "x" * 900) for number in range(40)]
    text = fitted(drawn, 500, how)
    assert text.endswith(f" more. {how}")
    assert tokens(text) <= 500
