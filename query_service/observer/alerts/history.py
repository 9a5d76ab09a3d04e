"""How episodes go on from one run of the detectors to the next."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from query_service.observer.alerts.episode import MOST_CHANGES, Episode, rank, worst

MOST_OPEN = 1_000
"""Episodes that are open at once; further findings wait, the worst being kept first."""
Seen = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """What a run changed: episodes to be kept, how many began and ended, and how many could not."""

    episodes: list[Episode]
    opened: int
    resolved: int
    omitted: int


def step(
    before: Sequence[Episode],
    found: Sequence[Seen],
    unknown: Collection[str],
    at: datetime,
    most_misses: int,
) -> Step:
    """The episodes after a run at `at`, which found `found`, the weightiest first.

    Of the kinds in `unknown` it does not know all: what it did not find of them may be there.
    """
    current: dict[str, Episode] = {}
    changed: list[Episode] = []
    for episode in sorted(before, key=lambda episode: episode.key):
        if episode.finding_id in current:  # begun by two observers, of which one was to have ended
            changed.append(replace(episode, checked_at=at, resolved_at=at))
        current.setdefault(episode.finding_id, episode)
    seen = {one["finding_id"]: one for one in reversed(found)}
    new = [name for name in reversed(seen) if name not in current]
    new.sort(key=lambda name: rank(seen[name]["severity"]))
    kept = new[: max(0, MOST_OPEN - len(current))]
    changed += [_begun(seen[name], at) for name in kept]
    for name, episode in current.items():
        if name in seen:
            changed.append(_found(episode, seen[name], at))
        elif episode.kind not in unknown:
            changed.append(_missed(episode, at, most_misses))
    ended = sum(not one.is_open for one in changed)
    return Step(_explained(current, changed, seen), len(kept), ended, len(new) - len(kept))


def _begun(one: Seen, at: datetime) -> Episode:
    severity = one["severity"]
    return Episode(
        **one,
        opened_at=at,
        checked_at=at,
        resolved_at=None,
        misses=0,
        worst_severity=severity,
        severity_times=(at,),
        severities=(severity,),
    )


def _found(episode: Episode, one: Seen, at: datetime) -> Episode:
    severity = one["severity"]
    changes: dict[str, Any] = {}
    if severity != episode.severity:
        # The first one stays, whatever number of them came since.
        first, last = slice(0, 1), slice(-(MOST_CHANGES - 2), None)
        times, severities = episode.severity_times, episode.severities
        if len(times) >= MOST_CHANGES:
            times, severities = times[first] + times[last], severities[first] + severities[last]
        changes = {"severity_times": (*times, at), "severities": (*severities, severity)}
    return replace(
        episode,
        **{**one, "first_seen": min(episode.first_seen, one["first_seen"])},
        **changes,
        checked_at=at,
        misses=0,
        worst_severity=worst(episode.worst_severity, severity),
    )


def _missed(episode: Episode, at: datetime, most: int) -> Episode:
    misses = episode.misses + 1
    ended = at if misses >= most else None
    return replace(episode, checked_at=at, misses=misses, resolved_at=ended)


def _explained(
    before: Mapping[str, Episode], after: list[Episode], found: Collection[str]
) -> list[Episode]:
    """The same; what had a cause that is not found now keeps it: that it is over is seen later than
    what came of it, and what was told below it is not another thing that is wrong."""
    causes = {name: one.caused_by for name, one in before.items()}
    causes |= {one.finding_id: one.caused_by for one in after}
    told = []
    for one in after:
        former = before.get(one.finding_id)
        cause = former.caused_by if former else ""
        if not one.caused_by and cause and cause not in found:
            causes[one.finding_id] = cause
            if _leads_to(causes, cause, one.finding_id):
                causes[one.finding_id] = cause = ""
            one = replace(one, caused_by=cause)
        told.append(one)
    return told


def _leads_to(causes: Mapping[str, str], start: str, end: str) -> bool:
    passed: set[str] = set()
    while start and start not in passed:
        if start == end:
            return True
        passed.add(start)
        start = causes.get(start, "")
    return False
