"""Which finding is the cause of which: a dead agent is one thing that is wrong, not four."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from query_service.diagnose.finding import SEVERITIES, Finding


@dataclass(frozen=True)
class Explained:
    """A finding, its cause, and how many findings come from it."""

    finding: Finding
    cause: Finding | None
    consequences: int


def explained(findings: Sequence[Finding]) -> list[Explained]:
    """The findings, each root before what comes of it, and the roots by their weight."""
    by_agent = defaultdict[str, list[Finding]](list)
    for one in findings:
        for agent in one.faulty:
            by_agent[agent].append(one)
    by_task = defaultdict[str, list[Finding]](list)
    for one in findings:
        for task in one.tasks.first:
            by_task[task].append(one)
    causes: dict[int, Finding] = {}
    for one in findings:
        near = [cause for agent in {one.agent, *one.waits_for} for cause in by_agent[agent]]
        near += [cause for task in one.tasks.first for cause in by_task[task]]
        possible = [
            cause
            for cause in near
            if one.kind in cause.declaration.explains and not _leads_to(causes, cause, one)
        ]
        if possible:
            causes[id(one)] = min(possible, key=_weight)
    return _ordered(findings, causes)


def _leads_to(causes: dict[int, Finding], start: Finding, end: Finding) -> bool:
    """Whether the causes of `start` lead to `end`."""
    one: Finding | None = start
    while one is not None:
        if one is end:
            return True
        one = causes.get(id(one))
    return False


def _weight(one: Finding) -> tuple[object, ...]:
    """The worst first."""
    return (
        SEVERITIES.index(one.severity),
        -one.confidence,
        -max(one.tasks.total, one.traces.total, one.errors.total),
        one.kind,
        one.subject,
    )


def _ordered(findings: Sequence[Finding], causes: dict[int, Finding]) -> list[Explained]:
    below = defaultdict[int, list[Finding]](list)
    for one in findings:
        if cause := causes.get(id(one)):
            below[id(cause)].append(one)

    def all_of(one: Finding) -> list[Finding]:
        return [
            one,
            *(each for child in sorted(below[id(one)], key=_weight) for each in all_of(child)),
        ]

    roots = [all_of(one) for one in findings if id(one) not in causes]
    roots.sort(key=lambda tree: (min(map(_weight, tree))[0], -len(tree), _weight(tree[0])))
    return [
        Explained(one, causes.get(id(one)), len(all_of(one)) - 1) for tree in roots for one in tree
    ]
