"""Which finding is the cause of which: a dead agent is one thing that is wrong, not four."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from query_service.diagnose.finding import SEVERITIES, Finding


@dataclass(frozen=True)
class Explained:
    """A finding, its cause, and how many findings come from it."""

    finding: Finding
    cause: Finding | None
    consequences: int


WAITING = frozenset(
    (
        *("backlog_growing", "expired_task", "lost_handoff", "priority_inversion", "slow_agent"),
        "stuck_task",
    )
)
"""What is seen of an agent that waits for another one."""
Waits = Mapping[str, Collection[str]]


def explained(findings: Sequence[Finding], waits: Waits | None = None) -> list[Explained]:
    """The findings, each root before what comes of it, and the roots by their weight. `waits`: for
    whom each agent waits."""
    by_agent = defaultdict[str, list[Finding]](list)
    by_task = defaultdict[str, list[Finding]](list)
    for one in findings:
        for agent in one.faulty:
            by_agent[agent].append(one)
        for task in one.tasks.first:
            by_task[task].append(one)
    by_trace = defaultdict[str, list[Finding]](list)
    for one in findings:
        for trace in one.traces.first:
            by_trace[trace].append(one)
    waiting = _with_those_of(findings, waits or {})
    causes: dict[int, Finding] = {}
    for one in findings:
        own = [*by_agent[one.agent], *(each for task in one.tasks.first for each in by_task[task])]
        own += _of_same_traces(one, by_trace)
        possible = [cause for cause in own if _explains(cause, one)]
        if one.kind in WAITING:
            awaited = _awaited(one, waiting)
            possible += [c for agent in awaited for c in by_agent[agent] if _holds_up(c)]
        possible = [cause for cause in possible if not _leads_to(causes, cause, one)]
        if possible:
            causes[id(one)] = min(possible, key=_weight)
    return _ordered(findings, causes)


def _explains(cause: Finding, one: Finding) -> bool:
    """Whether the kinds say so. Of its own kind only one about an agent that it names (what failed
    there was passed on), or, for waiting, a worse one."""
    if one.kind not in cause.declaration.explains:
        return False
    if one.kind != cause.kind or cause.agent in one.agents[1:]:
        return True
    return one.kind in WAITING and cause.agent != one.agent and _weight(cause) < _weight(one)


def _with_those_of(findings: Sequence[Finding], waits: Waits) -> Waits:
    """For whom each agent waits, with those whom the findings name."""
    found = defaultdict[str, list[str]](list, {agent: list(all_) for agent, all_ in waits.items()})
    for one in findings:
        found[one.agent] += one.waits_for
    return found


def _of_same_traces(one: Finding, by_trace: Mapping[str, list[Finding]]) -> list[Finding]:
    """Findings about at least half of its traces: a failure is seen wherever it passes."""
    shared = Counter(id(each) for trace in one.traces.first for each in by_trace[trace])
    known = {id(each): each for trace in one.traces.first for each in by_trace[trace]}
    return [known[i] for i, count in shared.items() if 2 * count >= len(one.traces.first)]


def _holds_up(cause: Finding) -> bool:
    """Whether who waits for this agent waits longer for it."""
    return not WAITING.isdisjoint(cause.declaration.explains)


def _awaited(one: Finding, waits: Waits) -> list[str]:
    """All that the agent of a finding waits for, and whom these wait for, near ones first."""
    found = dict.fromkeys(waits.get(one.agent, ()))
    following = list(found)
    while following:
        more = [b for a in following for b in waits.get(a, ()) if b not in found]
        following = list(dict.fromkeys(more))
        found.update(dict.fromkeys(following))
    return [agent for agent in found if agent != one.agent]


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
