"""What there is to tell: roots that are new, worse or over, with what comes of them below."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from query_service.observer.alerts.episode import Episode, rank, worst


class Event(StrEnum):
    """What happened to a root."""

    OPENED = "opened"
    WORSE = "worse"
    REMINDER = "reminder"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Told:
    """What a destination was told of an episode: the worst severity, whether as a root (and not
    below one), when last, and how many reminders."""

    severity: str = ""
    as_root: bool = False
    at: datetime | None = None
    reminders: int = 0


@dataclass(frozen=True)
class Known:
    """An episode that is open, or whose end has still to be told."""

    episode: Episode
    told: Told = Told()

    @property
    def is_told(self) -> bool:
        """Whether the destination knows of it."""
        return bool(self.told.severity)


@dataclass(frozen=True)
class Notice:
    """Something to tell of a root, and of what comes of it (`below`); `severity` is the worst of
    what is there."""

    event: Event
    root: Known
    severity: str
    below: Sequence[Known] = ()

    @property
    def detail(self) -> str:
        """Tells events of a kind apart, of one episode."""
        if self.event is Event.WORSE:
            return self.severity
        return str(self.root.told.reminders + 1) if self.event is Event.REMINDER else ""

    @property
    def key(self) -> str:
        """The same whenever the same thing is told: by it a receiver knows what comes again."""
        episode = self.root.episode
        opened = f"{episode.opened_at:%Y%m%dT%H%M%S.%fZ}"
        return ":".join(filter(None, (episode.finding_id, opened, self.event.value, self.detail)))


def due(
    known: Sequence[Known], least: str, now: datetime, remind_after: timedelta | None
) -> list[Notice]:
    """What is to be told, of severity `least` or worse; what began comes before what is over, the
    worst first."""
    found: list[Notice] = []
    for root, below in _trees(known):
        if root.episode.is_open:
            there = [one for one in below if one.episode.is_open]
            told = _of_open(root, there, least, now, remind_after)
            found += told
            over = [one for one in below if not one.episode.is_open]
            # Of those told below a root it is told when that is over.
            waits = bool(told) or root.is_told
            found += [_over(one) for one in over if one.told.as_root or not waits]
        else:
            own = [one for one in below if one.told.as_root and not one.episode.is_open]
            found += [_over(root, [one for one in below if one not in own]), *map(_over, own)]
    order = [Event.WORSE, Event.OPENED, Event.REMINDER, Event.RESOLVED]
    found.sort(key=lambda one: (order.index(one.event) // 3, rank(one.severity), one.key))
    return found


def _of_open(
    root: Known, there: list[Known], least: str, now: datetime, remind_after: timedelta | None
) -> list[Notice]:
    severity = worst(*(one.episode.severity for one in (root, *there)))
    # Of a consequence it is news when it is worse than it was told, and than its root.
    is_news = any(
        rank(one.episode.severity) <= rank(least)
        and rank(one.episode.severity) < min(rank(one.told.severity), rank(root.told.severity))
        for one in (root, *there)
    )
    if is_news:
        return [Notice(Event.WORSE if root.is_told else Event.OPENED, root, severity, there)]
    is_bad = rank(severity) <= rank(least)
    if remind_after and root.told.at and is_bad and now - root.told.at >= remind_after:
        return [Notice(Event.REMINDER, root, severity, there)]
    return []


def _over(one: Known, below: Sequence[Known] = ()) -> Notice:
    return Notice(Event.RESOLVED, one, one.episode.worst_severity, below)


def _trees(known: Iterable[Known]) -> list[tuple[Known, list[Known]]]:
    """Each root with all that comes of it, by what explained it last."""
    ordered = sorted(known, key=lambda one: (one.episode.is_open, one.episode.key))
    by_id = {one.episode.finding_id: one for one in ordered}  # the open one, else the latest
    below = defaultdict[tuple[datetime, str], list[Known]](list)
    for one in ordered:
        below[_root(one, by_id).episode.key].append(one)
    by_key = {one.episode.key: one for one in ordered}
    return [
        (by_key[key], [one for one in some if one.episode.key != key])
        for key, some in below.items()
    ]


def _root(one: Known, by_id: Mapping[str, Known]) -> Known:
    passed = [one]
    while (cause := by_id.get(passed[-1].episode.caused_by)) is not None:
        if cause in passed:  # an end that has to be told may have been explained the other way
            return min(passed[passed.index(cause) :], key=lambda one: one.episode.key)
        passed.append(cause)
    return passed[-1]
