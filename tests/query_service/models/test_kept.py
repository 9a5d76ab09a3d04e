"""Texts that are kept are those that were put in, and not too many."""

from query_service.models.kept import BESIDE, Kept


def test_what_was_put_in_is_there() -> None:
    kept = Kept(1_000, len)
    kept.put({("a", 1): b"first", ("a", 2): b""})
    assert kept.of([("a", 2), ("b", 1), ("a", 1)]) == [b"", None, b"first"]


def test_the_first_goes_first() -> None:
    kept = Kept[bytes](2 * (BESIDE + 5) + 1, len)
    for number in range(4):
        kept.put({("a", number): b"four"})
        kept.put({("a", 0): b"four"})
    assert kept.of([("a", number) for number in range(4)]) == [b"four", None, None, b"four"]


def test_too_long_a_text_is_not_kept() -> None:
    kept = Kept[bytes](BESIDE + 4, len)
    kept.put({("a", 1): b"a", ("a", 2): b"long"})
    kept.put({("a", 3): b"abc"})
    assert kept.of([("a", 1), ("a", 2), ("a", 3)]) == [None, None, b"abc"]


def test_short_texts_and_long_ids_are_bounded_too() -> None:
    kept = Kept[bytes](10 * BESIDE, len)
    keys = [("", number) for number in range(20)]
    kept.put(dict.fromkeys(keys, b""))
    assert sum(text is not None for text in kept.of(keys)) == 10
    kept.put({("i" * 10 * BESIDE, 1): b""})
    assert kept.of(keys) == [None] * 20
