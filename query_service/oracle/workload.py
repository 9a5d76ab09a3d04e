"""What runs in the cluster."""

from collections.abc import Iterator
from typing import NamedTuple

from query_service.db import Row
from query_service.models.oracle_source import Source
from query_service.models.oracle_workload import CPU, MEMORY, POD, WORKLOADS, Cluster, cluster
from query_service.oracle.section import Section, number, some
from query_service.oracle.sources import KUBERNETES, POD_METRICS, source
from query_service.routes.context import Moment, bound, database

MOST = 20_000
"""So many Deployments, StatefulSets and pods are told of."""


class Told(NamedTuple):
    """What was recorded: workloads and pods, Deployments first, and figures of pods."""

    things: list[Row]
    figures: list[Row]


def find(asked: Moment, known: dict[str, Source]) -> Section:
    """Deployments and StatefulSets with their pods; none, with the reason, when nobody watches."""
    return of(known, read(known))


def read(known: dict[str, Source]) -> Told:
    """What was recorded, as it was seen last."""
    if (times := source(known, KUBERNETES).window) is None:
        return Told([], [])
    between = {"since": bound(times[0]), "until": bound(times[1])}
    things, figures = database().together(
        ("oracle/things", {**between, "kinds": [POD, *WORKLOADS], "most": MOST + 1}),
        ("oracle/figures", {**between, "metrics": [CPU, MEMORY]}),
    )
    return Told(things, figures)


def of(known: dict[str, Source], recorded: Told) -> Section:
    """The section, of what was recorded."""
    watched, measured = source(known, KUBERNETES), source(known, POD_METRICS)
    away = watched.is_away
    if watched.window is None:
        return Section([], [watched.told] * away, [watched.told] * (not away))
    things, figures = recorded
    told = cluster(
        things[:MOST], figures if measured.is_current else [], is_current=watched.is_current
    )
    issues = [f"{watched.told}; workload is as it was seen last, without cpu and memory"] * away
    unknown = [*_left_out(told, len(things) > MOST)]
    if watched.is_current:
        unknown += _unmeasured(told, measured)
    running = sum(pod["status"] == "Running" for one in told.items for pod in one["pods"])
    counts = {"running_pods": running}
    return Section(told.items, [*issues, *told.troubles], unknown, told.ours, counts)


def _left_out(told: Cluster, is_cut: bool) -> Iterator[str]:
    if is_cut:
        yield f"only the first {MOST:,} workloads and pods are told of"
    if told.alone:
        who = number(told.alone, "pod")
        yield f"{who} of no Deployment or StatefulSet that is seen: not shown"
    yield from some("what was recorded cannot be read of", "thing", told.cannot_be_read)


def _unmeasured(told: Cluster, measured: Source) -> list[str]:
    """Why cpu and memory of pods are null."""
    without = [
        pod["pod_id"]
        for one in told.items
        for pod in one["pods"]
        if None in (pod["cpu"], pod["memory"])
    ]
    if without and not measured.is_current:
        return [f"{measured.told}; cpu and memory of pods are not known"]
    return some("cpu or memory was not measured of", "pod", without)
