"""What the observer has not counted yet, so that counts are exact whenever they are asked for.

Counts are kept by five minutes, hours and days. What came since the observer's last run touches
some five minutes: these are counted from the records, and the rest is read as it was counted.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from query_service.db import Row
from query_service.routes.context import Moment, bound, database

BUCKET = 300
DAY, PART, HOUR = 86_400, 21_600, 3_600
MOST_BUCKETS = 2_000
MOST_REPEATS = 5_000
"""Beyond either everything is counted anew: as fast, and no request gets too long."""


@dataclass(frozen=True)
class Tail:
    """`since` when nothing has been counted, and the five minutes that are to be counted now.
    `looked`: no task came since the observer looked at open tasks; `settled`: no message came since
    it counted. `repeats`: hashes of records that were found to be no further message since, as far
    as they came before `fresh_since`."""

    since: datetime
    fresh_since: datetime
    whole: bool
    buckets: list[datetime]
    looked: bool = False
    settled: bool = False
    repeats: list[int] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the observer has counted everything."""
        return not self.whole and not self.buckets

    def parameters(self, asked: Moment) -> dict[str, Any]:
        """Parameters of the SQL files: what is not read as it was counted."""
        cut = [*self.buckets, start(asked.at, BUCKET)]
        return {
            "at": asked.parameters["at"],
            "since": bound(self.since),
            "whole": self.whole,
            "days": starts(cut, DAY),
            "hours": starts(cut, HOUR),
            "buckets": starts(cut, BUCKET),
        }

    @property
    def repeated(self) -> dict[str, Any]:
        """Further parameters for who counts records."""
        return {"repeats": self.repeats, "fresh_since": bound(self.fresh_since)}


def tail(asked: Moment) -> Tail:
    """What is to be counted now."""
    [found] = database().rows("queues/tail")
    return tail_of(asked, found)


def tail_of(asked: Moment, found: Row) -> Tail:
    """What is to be counted now, of the row of `queues/tail`. A past time cuts its five minutes:
    they are counted too."""
    since, fresh = (found[name].replace(tzinfo=UTC) for name in ("since", "fresh_since"))
    looked = bool(found["looked"])
    if found["whole"]:
        return Tail(since, fresh, True, [], looked)
    came = {bucket.replace(tzinfo=UTC) for bucket in found["buckets"]}
    buckets = {bucket for bucket in came if bucket <= asked.at}
    if asked.is_past:
        buckets.add(start(asked.at, BUCKET))
    return Tail(since, fresh, False, sorted(buckets), looked, not came)


def with_repeats(asked: Moment, part: Tail) -> Tail:
    """The same for who counts: with the records, and their five minutes, that are no further
    message since something came."""
    if part.whole or part.settled:
        return part
    rows = database().rows(
        "queues/tail_repeats",
        {"since": bound(part.since), "at": asked.parameters["at"], "most": MOST_REPEATS},
    )
    buckets = {*part.buckets, *(row["bucket"].replace(tzinfo=UTC) for row in rows)}
    if len(buckets) > MOST_BUCKETS or len(rows) > MOST_REPEATS:
        return replace(part, whole=True, buckets=[])
    return replace(part, buckets=sorted(buckets), repeats=[row["record"] for row in rows])


def start(time: datetime, seconds: int) -> datetime:
    """The start of the bucket of so many seconds that a time lies in."""
    number = int(time.timestamp()) // seconds
    return datetime.fromtimestamp(number * seconds, UTC)


def starts(times: Iterable[datetime], seconds: int) -> list[str]:
    """The starts of the buckets that times lie in, as a parameter of the SQL files."""
    return sorted({start(time, seconds).strftime("%Y-%m-%d %H:%M:%S") for time in times})


def merged(parts: Iterable[Row]) -> dict[str, Row]:
    """Rows of several queries by agent: numbers and maps are added, times are the outermost."""
    found: dict[str, Row] = {}
    for row in parts:
        whole = found.setdefault(row["agent"], {"agent": row["agent"]})
        for name, value in row.items():
            if name == "agent":
                continue
            if name not in whole:
                whole[name] = value
            elif isinstance(value, dict):
                whole[name] = dict(Counter(whole[name]) + Counter(value))
            elif isinstance(value, datetime):
                whole[name] = (min if name == "first_seen" else max)(whole[name], value)
            else:
                whole[name] += value
    return found
