"""Answered tasks by sender and receiver, added up of parts of a window."""

from collections.abc import Iterable, Mapping
from math import exp, log

from query_service.db import Row

Answered = dict[tuple[str, str], Row]
ACCURACY = 0.01
_MULTIPLIER = 1 / log((1 + ACCURACY) / (1 - ACCURACY))


def answered(rows: Iterable[Row]) -> Answered:
    """The rows of one part of a window."""
    return {(row["source"], row["target"]): row for row in rows}


def with_part(whole: Answered, rows: Iterable[Row]) -> Answered:
    """The same with the rows of another part."""
    found = dict(whole)
    for row in rows:
        key = row["source"], row["target"]
        found[key] = _sum(found[key], row) if key in found else row
    return found


def _sum(one: Row, other: Row) -> Row:
    bins = dict(one["bins"])
    for key, count in other["bins"].items():
        bins[key] = bins.get(key, 0) + count
    names = ("answered", "completed", "failed", "cancelled", "superseded")
    return {**one, **{name: one[name] + other[name] for name in names}, "bins": bins}


def times(row: Row) -> list[float]:
    """The seconds in which half of the tasks were answered, and 95 %; none when none is known."""
    if "bins" in row:
        return quantiles(row["bins"], (0.5, 0.95))
    return list(row["times"]) if row["timed"] else []


def quantiles(bins: Mapping[int, int], shares: Iterable[float]) -> list[float]:
    """Of the times that bins of a DDSketch count; none without any."""
    keys, last = sorted(bins), sum(bins.values()) - 1
    return [_middle(_key(bins, keys, share * last)) for share in shares if keys]


def _key(bins: Mapping[int, int], keys: list[int], rank: float) -> int:
    seen = 0
    for key in keys:
        seen += bins[key]
        if seen > rank:
            break
    return key


def _middle(key: int) -> float:
    return exp(key / _MULTIPLIER) * (1 + ACCURACY)
