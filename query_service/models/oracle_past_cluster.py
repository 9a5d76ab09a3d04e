"""What ran in a cluster at points of time: each workload in short, with its pods by status."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from query_service.db import Row
from query_service.models.oracle_points import Points, at_points
from query_service.models.oracle_things import Pod, Workload, seen
from query_service.models.oracle_workload import (
    POD,
    STATUSES,
    WORKLOADS,
    pod_troubles,
    reasons,
    running,
    workload_troubles,
)

Json = dict[str, Any]
Owner = tuple[str, str, str]
"""Kind, namespace and name of a workload."""


class _Pod(NamedTuple):
    owner: Owner
    status: str
    restarts: int
    reasons: list[str]
    troubles: list[str]


class _Workload(NamedTuple):
    owner: Owner
    item: Json
    troubles: list[str]


@dataclass
class Ran:
    """What ran at one point: workloads by their owners, and what was wrong."""

    items: dict[Owner, Json] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)


def by_thing(rows: Iterable[Row]) -> dict[tuple[str, ...], list[Row]]:
    """Rows of `oracle/history_things` of each thing."""
    found: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[row["kind"], row["namespace"], row["name"], row["uid"]].append(row)
    return found


def states(rows: Sequence[Row], points: Points, gap: int) -> list[Row | None]:
    """By point the row of the state that a thing was seen in last; None when it was not, or was
    gone."""
    times = ((time, row) for row in rows for time in row["times"])
    return [None if row is None or row["is_gone"] else row for row in at_points(points, times, gap)]


def ran(found: Mapping[tuple[str, ...], list[Row]], points: Points, gap: int) -> list[Ran]:
    """What ran at each point, in the order of names."""
    told = [Ran() for _ in points.all]
    pods: list[dict[Owner, list[_Pod]]] = [defaultdict(list) for _ in points.all]
    for rows in found.values():
        read = {id(row): _read(row) for row in rows}
        for number, row in enumerate(states(rows, points, gap)):
            one = read[id(row)] if row else None
            if isinstance(one, _Pod):
                pods[number][one.owner].append(one)
                told[number].troubles += one.troubles
            elif one:
                told[number].items[one.owner] = one.item
                told[number].troubles += one.troubles
    known: dict[Owner, tuple[list[_Pod], Json]] = {}
    for at_point, own in zip(told, pods, strict=True):
        for owner, item in at_point.items.items():
            now, before = own.get(owner, []), known.get(owner)
            if before is None or before[0] != now:  # most are as they were at the point before
                before = known[owner] = now, _summary(now)
            at_point.items[owner] = {**item, **before[1]}
    return told


def _read(row: Row) -> _Pod | _Workload | None:
    where = f"{row['namespace']}/{row['name']}"
    if row["kind"] == POD:
        if (pod := seen(Pod, row)) is None:
            return None
        owner = (pod.workload_kind, row["namespace"], pod.workload)
        status = pod.phase if pod.phase in STATUSES else "Unknown"
        return _Pod(owner, status, pod.restarts, reasons(pod), [*pod_troubles(where, pod)])
    if (workload := seen(Workload, row)) is None:
        return None
    available = running(row, workload)
    item = {
        "deployment_name": row["name"],
        "namespace": row["namespace"],
        "active_pods": available,
        "max_pods": workload.desired,
        "image": next(iter(workload.images), None),
    }
    owner = (WORKLOADS[row["kind"]], row["namespace"], row["name"])
    return _Workload(owner, item, [*workload_troubles(where, workload, available)])


def _summary(pods: Sequence[_Pod]) -> Json:
    why = Counter(reason for pod in pods for reason in pod.reasons)
    return {
        "pods": dict(sorted(Counter(pod.status for pod in pods).items())),
        "restarts": sum(pod.restarts for pod in pods),
        "reasons": dict(sorted(why.items())),
    }
