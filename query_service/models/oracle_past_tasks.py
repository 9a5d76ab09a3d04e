"""How many tasks waited in each queue at points of time, and how many were worked on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from query_service.db import Row
from query_service.models.oracle_points import Points, at_points
from query_service.observer.samples import Metric

Place = tuple[str, int]
"""A topic and a partition."""


class Task(NamedTuple):
    """A row of `oracle/history_tasks`; times are Unix ns, 0 for never."""

    agent: str
    sent: int
    answered: int
    expires: int
    begun: int
    topic: str
    partition: int
    offset: int


@dataclass
class Counts:
    """Tasks without an answer at a point."""

    in_progress: int = 0
    expired: int = 0
    waiting: int = 0

    @property
    def pending(self) -> int:
        """All of them."""
        return self.in_progress + self.expired + self.waiting


class Offsets:
    """What Kafka knew at points: `before` are rows of `queues/topics_at` as of the first point,
    `within` rows of `oracle/history_offsets` after it."""

    def __init__(self, points: Points, before: Iterable[Row], within: Iterable[Row]) -> None:
        series: defaultdict[tuple[str, str, int, str], list[tuple[int, int]]] = defaultdict(list)
        for row in before:
            key = (row["metric"], row["topic"], row["partition"], row["consumer_group"])
            series[key].append((row["observed_ns"], row["value"]))
        for row in within:
            key = (row["metric"], row["topic"], row["partition"], row["consumer_group"])
            series[key] += row["seen"]
        committed: defaultdict[Place, dict[str, list[int | None]]] = defaultdict(dict)
        groups: defaultdict[str, list[set[str]]] = defaultdict(lambda: [set() for _ in points.all])
        lags: defaultdict[tuple[str, str], list[list[int | None]]] = defaultdict(list)
        for (metric, topic, partition, group), seen in series.items():
            known = at_points(points, seen, None)
            if metric == Metric.LAG:
                lags[topic, group].append(known)
            elif metric == Metric.COMMITTED:
                committed[topic, partition][group] = known
                for number, offset in enumerate(known):
                    if offset is not None:
                        groups[topic][number].add(group)
        self._passed = {
            place: [_lowest(own, every, i) for i, every in enumerate(groups[place[0]])]
            for place, own in committed.items()
        }
        self._lag: defaultdict[str, list[int | None]] = defaultdict(lambda: [None] * points.count)
        for (topic, _), partitions in lags.items():
            behind = self._lag[topic]
            for i in range(points.count):
                known = [one[i] for one in partitions if one[i] is not None]
                if known:
                    behind[i] = max(sum(filter(None, known)), behind[i] or 0)

    @property
    def topics(self) -> set[str]:
        """The queues whose groups were seen."""
        return set(self._lag)

    def lag(self, topic: str, point: int) -> int | None:
        """How far the group is behind that is furthest behind."""
        return self._lag[topic][point] if topic in self._lag else None

    def passed(self, place: Place) -> Sequence[int]:
        """By point the offset below which every group has committed; empty when none ever did."""
        return self._passed.get(place, ())


def _lowest(committed: Mapping[str, Sequence[int | None]], groups: set[str], point: int) -> int:
    """The offset below which all groups have committed; 0 when one of them has not at all."""
    offsets = [committed[group][point] for group in groups if group in committed]
    known = [offset for offset in offsets if offset is not None]
    return min(known) if known and len(known) == len(groups) else 0


def counted(tasks: Iterable[Task], points: Points, offsets: Offsets) -> dict[str, list[Counts]]:
    """Tasks of each agent at each point."""
    found: dict[str, list[Counts]] = {}
    for task in tasks:
        own = found.get(task.agent)
        if own is None:
            own = found[task.agent] = [Counts() for _ in points.all]
        begins, ends = points.next(task.sent), points.count
        if task.answered:
            ends = points.next(task.answered)
        expires = points.next(task.expires) if task.expires else points.count
        begun = points.next(task.begun) if task.begun else points.count
        passed = offsets.passed((task.topic, task.partition))
        for number in range(begins, ends):
            if number >= expires:
                own[number].expired += 1
            elif number >= begun or (passed and passed[number] > task.offset):
                own[number].in_progress += 1
            else:
                own[number].waiting += 1
    return found
