"""What runs in the cluster."""

from query_service.models.oracle_source import Source
from query_service.models.oracle_workload import CPU, MEMORY, POD, WORKLOADS, troubles, workload
from query_service.oracle.section import Section, number, some
from query_service.oracle.sources import KUBERNETES, POD_METRICS, source
from query_service.routes.context import Moment, bound, database

MOST = 20_000
"""So many Deployments, StatefulSets and pods are told of."""


def find(asked: Moment, known: dict[str, Source]) -> Section:
    """Deployments and StatefulSets with their pods; none, with the reason, when nobody watches."""
    cluster, measured = source(known, KUBERNETES), source(known, POD_METRICS)
    away = cluster.is_away
    if (times := cluster.window) is None:
        return Section([], [cluster.told] * away, [cluster.told] * (not away))
    between = {"since": bound(times[0]), "until": bound(times[1])}
    things, figures = database().together(
        ("oracle/things", {**between, "kinds": [POD, *WORKLOADS], "most": MOST + 1}),
        ("oracle/figures", {**between, "metrics": [CPU, MEMORY]}),
    )
    issues = [f"{cluster.told}; workload is as it was seen last, without cpu and memory"] * away
    shown = things[:MOST]
    items = workload(shown, figures if measured.is_current else [], cluster)
    pods = [pod for one in items for pod in one["pods"]]
    unknown = []
    if len(things) > MOST:
        unknown.append(f"only the first {MOST:,} workloads and pods are told of")
    if alone := sum(row["kind"] == POD for row in shown) - len(pods):
        who = number(alone, "pod")
        unknown.append(f"{who} of no Deployment or StatefulSet that is seen: not shown")
    if pods and cluster.is_current and not measured.is_current:
        unknown.append(f"{measured.told}; cpu and memory of pods are not known")
    elif cluster.is_current:
        unmeasured = [pod["pod_id"] for pod in pods if None in (pod["cpu"], pod["memory"])]
        unknown += some("cpu or memory was not measured of", "pod", unmeasured)
    running = sum(pod["status"] == "Running" for pod in pods)
    counts = {"running_pods": running}
    return Section(items, [*issues, *troubles(shown)], unknown, counts=counts)
