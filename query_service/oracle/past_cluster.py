"""What ran in the cluster at points of time."""

from collections.abc import Sequence
from dataclasses import dataclass

from query_service.db import Row
from query_service.models.oracle_past_cluster import Ran, by_thing, ran, states
from query_service.models.oracle_points import Points
from query_service.models.oracle_source import MISSED, Source
from query_service.models.oracle_workload import DEPLOYMENT, POD, WORKLOADS
from query_service.oracle.past_sources import parameters
from query_service.oracle.sources import KUBERNETES, source
from query_service.routes.context import bound, database

MOST = 100_000
"""So many different states of workloads and pods are looked at."""


@dataclass(frozen=True)
class Past:
    """By point what ran, and the rows of Deployments; `is_cut` when there was too much of it."""

    ran: list[Ran]
    deployments: list[list[Row]]
    is_cut: bool


def read(points: Points, known: Sequence[dict[str, Source]]) -> Past:
    """What was seen shortly before each point; Deployments say who is an agent also while the
    cluster is away."""
    watched = [source(one, KUBERNETES) for one in known]
    gap = round(MISSED * max(one.keep_alive for one in watched) * 1e9)
    kinds = [POD, *WORKLOADS]
    rows = database().rows("oracle/history_things", parameters(points, kinds, gap, MOST + 1))
    found = by_thing(rows[:MOST])
    deployments: list[list[Row]] = [[] for _ in points.all]
    for (kind, *_), own in found.items():
        if kind == DEPLOYMENT:
            for at_point, row in zip(deployments, states(own, points, gap), strict=True):
                at_point += [row] if row else []
    last = _before(watched[0])
    for number, one in enumerate(watched):
        if one.is_current:
            last = deployments[number]
        deployments[number] = last if one.window else []
    return Past(ran(found, points, gap), deployments, len(rows) > MOST)


def _before(cluster: Source) -> list[Row]:
    """Deployments as they were seen before a cluster went away."""
    if cluster.is_current or not cluster.window:
        return []
    since, until = map(bound, cluster.window)
    chosen = {"since": since, "until": until, "kinds": [DEPLOYMENT], "most": MOST}
    return database().rows("oracle/things", chosen)
