"""What was known at points of time, out of when it was seen."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from query_service.models.values import from_ns, ns

T = TypeVar("T")


@dataclass(frozen=True)
class Points:
    """Points of time, evenly spaced, in Unix ns."""

    first: int
    step: int
    count: int

    @classmethod
    def up_to(cls, until: datetime, since: datetime, step: int) -> "Points":
        """The last one is at `until`, the first one not before `since`."""
        last, count = ns(until), (ns(until) - ns(since)) // step + 1
        return cls(last - step * (count - 1), step, count)

    @property
    def all(self) -> range:
        """Each of them."""
        return range(self.first, self.first + self.step * self.count, self.step)

    @property
    def last(self) -> int:
        """The last one."""
        return self.all[-1]

    @property
    def times(self) -> list[datetime]:
        """Each as a time."""
        return [from_ns(point) for point in self.all]

    def next(self, time: int) -> int:
        """The number of the first point at or after a time; `count` when there is none."""
        return min(max(0, -((self.first - time) // self.step)), self.count)


def at_points(points: Points, seen: Iterable[tuple[int, T]], gap: int | None) -> list[T | None]:
    """By point what was seen last, within less than `gap` ns before it; None when nothing was."""
    order = sorted(seen, key=lambda one: one[0])
    times = [time for time, _ in order]
    found: list[T | None] = []
    for point in points.all:
        last = bisect_right(times, point) - 1
        is_known = last >= 0 and (gap is None or point - times[last] < gap)
        found.append(order[last][1] if is_known else None)
    return found
