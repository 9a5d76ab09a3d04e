"""Contract 3: which reports of an error are one failure. The view `changed_failures` says the same
in SQL, for the observer and for whoever asks the tables; a test holds one against the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

COMPARED = 200
"""So many reports of a trace that are alike are compared by their spans."""
HIGHEST = 32
"""So many ancestors of a span are looked at."""
APART = 60_000_000_000
Parents = Mapping[str, str]
"""The parent of each span of a trace."""


@dataclass(frozen=True)
class Report:
    """A report of an error, as errors/changed_reports.sql tells it; times in Unix ns."""

    error_id: str
    unit: str
    trace_id: str
    span_id: str
    time: int
    arrival: int
    alike: int
    severity: str
    category: str
    agent: str
    group_key: str
    error_type: str
    agent_name: str
    owner: str
    release: str


@dataclass(frozen=True)
class Failure:
    """Reports of one error in the order of their time; the first one stands for it."""

    reports: Sequence[Report]

    @property
    def first(self) -> Report:
        """The report that tells its kind."""
        return self.reports[0]

    @property
    def key(self) -> tuple[int, str]:
        """Its place among failures."""
        return self.first.time, self.first.error_id

    @cached_property
    def arrived_at(self) -> int:
        """The latest arrival of a report."""
        return max(report.arrival for report in self.reports)

    def told(self, at: int) -> int:
        """How many of its reports are from before or at that time."""
        return sum(report.time <= at for report in self.reports)


def failures(reports: Iterable[Report], parents: Mapping[str, Parents]) -> list[Failure]:
    """The failures of whole units: traces, and reports without one."""
    found: dict[tuple[str, int, int], list[Report]] = defaultdict(list)
    for members in by_kind(reports):
        members.sort(key=lambda report: (report.time, report.error_id))
        firsts = _firsts(members, parents.get(members[0].unit, {}))
        for report, first in zip(members, firsts, strict=True):
            found[report.unit, report.alike, first].append(report)
    return [Failure(members) for members in found.values()]


def of_several_spans(reports: Iterable[Report]) -> list[str]:
    """Units in which it depends on spans which reports are one failure."""
    several = {
        members[0].unit
        for members in by_kind(reports)
        if len({report.span_id for report in members} - {""}) > 1
    }
    return sorted(several)


def by_kind(reports: Iterable[Report]) -> Iterable[list[Report]]:
    """The reports of each unit that have the same type and normalised message."""
    alike: dict[tuple[str, int], list[Report]] = defaultdict(list)
    for report in reports:
        alike[report.unit, report.alike].append(report)
    return alike.values()


def _firsts(members: Sequence[Report], parent_of: Parents) -> list[int]:
    """For each member the place of the first report of its failure."""
    lines = [_Line(report.span_id, parent_of) for report in members[:COMPARED]]
    firsts: list[int] = []
    for i, one in enumerate(members):
        if i < COMPARED:
            before = (j for j in range(i) if one.time - members[j].time <= APART)
            same = next((j for j in before if lines[i].is_on(lines[j])), i)
        else:
            same = i - 1 if one.time - members[i - 1].time <= APART else i
        firsts.append(i if same == i else firsts[same])
    return firsts


class _Line:
    """A span and its ancestors, as far as they are known."""

    def __init__(self, span: str, parent_of: Parents) -> None:
        self._spans = [span]
        for _ in range(HIGHEST):
            parent = parent_of.get(self._spans[-1], "")
            if not parent or parent in self._spans:
                break
            self._spans.append(parent)
        self._is_open = len(self._spans) == 1 or self._spans[-1] not in parent_of

    def is_on(self, other: "_Line") -> bool:
        """Whether one lies above the other, or nothing is known of that."""
        one, two = self._spans, other._spans
        if not one[0] or not two[0] or one[0] in two or two[0] in one:
            return True
        return (self._is_open or other._is_open) and set(one).isdisjoint(two)
