"""Runs of offsets, as half-open ranges."""

from collections.abc import Iterable, Sequence


def missing(window: range, known: Iterable[range]) -> list[range]:
    """The parts of `window` that no range of `known` covers, in order.

    `known` may come in any order, overlap, and reach out of the window.
    """
    gaps, position = [], window.start
    for run in sorted(filter(None, known), key=lambda r: r.start):
        if run.start >= window.stop:
            break
        if run.start > position:
            gaps.append(range(position, run.start))
        position = max(position, run.stop)
    if position < window.stop:
        gaps.append(range(position, window.stop))
    return gaps


def subtract(ranges: Iterable[range], known: Sequence[range]) -> list[range]:
    """The parts of `ranges` that no range of `known` covers."""
    return [gap for window in ranges for gap in missing(window, known)]


def singles(offsets: Iterable[int]) -> list[range]:
    """Each offset as a range."""
    return [range(offset, offset + 1) for offset in offsets]


def first(ranges: Iterable[range], count: int) -> list[range]:
    """The first `count` offsets of the ranges."""
    taken = []
    for part in ranges:
        if count <= 0:
            break
        taken.append(part[:count])
        count -= len(taken[-1])
    return taken
