"""The chart on a real kube-apiserver: what it makes, what its accounts may, how it goes.

A thread of the test plays the kubelet: what the containers themselves do is not proved here.
"""

import subprocess
import threading
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from kubernetes import client
from kubernetes.client.exceptions import ApiException

from query_service.observer.k8s.api import KubernetesApi
from query_service.observer.k8s.lease import Lease, Term, held
from query_service.observer.k8s.objects import DEPLOYMENT, POD, STATEFULSET
from query_service.observer.k8s.source import KubernetesSource
from query_service.observer.leader import LEASE
from query_service.observer.things import View
from tests.helm.chart import (
    CHART,
    HERE,
    RELEASE,
    VALUES,
    containers,
    environment,
    objects,
    of_kind,
    pods,
)  # fmt: skip
from tests.helm.release import Release
from tests.kubernetes_api.cluster import Cluster, Kubelet
from tests.kubernetes_api.tools import tools
from tests.waiting import wait_until

pytestmark = [pytest.mark.stack, pytest.mark.kubernetes]

[FORMER] = (HERE / "former").iterdir()


@pytest.fixture(scope="module")
def release(cluster: Cluster, kubelet: Kubelet, tmp_path_factory: Any) -> Release:
    """The default values with the sample agents, installed."""
    made = Release(cluster, "chart", tmp_path_factory.mktemp("helm"))
    made.install(CHART, "--set", "agents.enabled=true")
    return made


def test_all_of_it_is_ready_when_the_installation_is_over(release: Release) -> None:
    made = objects(VALUES["kind"])  # with agents, too
    there = release.core.list_namespaced_pod(release.space).items
    jobs = {p.metadata.labels["job-name"] for p in there if p.status.phase == "Succeeded"}
    assert jobs == set(of_kind(made, "Job"))
    wanted = of_kind(made, "Deployment")
    found = {
        d.metadata.name: d for d in release.apps.list_namespaced_deployment(release.space).items
    }
    assert found.keys() == wanted.keys()
    assert all(one.status.available_replicas for one in found.values())
    sets = release.apps.list_namespaced_stateful_set(release.space).items
    assert {one.metadata.name for one in sets} == {"telemetry-kafka", "telemetry-clickhouse"}
    assert all(one.status.ready_replicas == 1 for one in sets)
    assert release.history() == [(1, "deployed", f"agent-telemetry-{version()}")]


def test_what_pods_run_with_is_what_was_rendered(release: Release) -> None:
    """The API server has taken every field: it drops unknown ones without a word."""
    wanted = pods(objects(VALUES["default"], "--set", "agents.enabled=true"))
    found = {
        d.metadata.name: d for d in release.apps.list_namespaced_deployment(release.space).items
    }
    serialized: Any = client.ApiClient().sanitize_for_serialization
    for name, one in found.items():
        there = serialized(one.spec.template)
        for asked, got in zip(containers(wanted[name]), containers(there), strict=True):
            assert environment(got).keys() == environment(asked).keys(), name
            for field in ("command", "args", "resources", "securityContext"):
                assert got.get(field) == asked.get(field), (name, field)


def test_the_account_of_the_observer_may_look_and_hold_its_lease_and_nothing_else(
    cluster: Cluster, release: Release
) -> None:
    own = cluster.api(release.token("telemetry-observer"))
    core: Any = client.CoreV1Api(own)
    apps: Any = client.AppsV1Api(own)
    leases: Any = client.CoordinationV1Api(own)
    space = release.space
    assert core.list_namespaced_pod(space).items
    assert apps.list_namespaced_deployment(space).items
    assert apps.list_namespaced_stateful_set(space).items
    measured = client.CustomObjectsApi(own).list_namespaced_custom_object
    # A kind that was made just now is answered with 429 at first.
    wait_until(lambda: status(lambda: measured("metrics.k8s.io", "v1beta1", space, "pods")) == 200)
    lease = leases.read_namespaced_lease(LEASE, space)
    leases.replace_namespaced_lease(LEASE, space, lease)
    other: Any = {"metadata": {"name": "another"}}
    pod = core.list_namespaced_pod(space).items[0].metadata.name
    refused: list[Callable[[], Any]] = [
        lambda: core.list_namespaced_secret(space),
        lambda: core.read_namespaced_secret("telemetry-clickhouse", space),
        lambda: core.list_namespaced_config_map(space),
        lambda: core.list_pod_for_all_namespaces(),
        lambda: core.list_namespaced_pod("default"),
        lambda: core.list_node(),
        lambda: core.read_namespaced_pod_log(pod, space),
        lambda: core.delete_namespaced_pod(pod, space),
        lambda: apps.delete_namespaced_deployment("telemetry-api", space),
        lambda: apps.patch_namespaced_deployment("telemetry-api", space, {}),
        lambda: leases.create_namespaced_lease(space, other),
        lambda: leases.delete_namespaced_lease(LEASE, space),
        lambda: leases.list_namespaced_lease(space),
        lambda: leases.read_namespaced_lease(LEASE, "default"),
    ]
    assert [status(call) for call in refused] == [403] * len(refused)


@pytest.mark.parametrize("account", ["telemetry", "telemetry-agents"])
def test_the_other_accounts_may_nothing(cluster: Cluster, release: Release, account: str) -> None:
    def rules(of: str) -> Any:
        api = client.AuthorizationV1Api(cluster.api(release.token(of)))
        review: Any = {"spec": {"namespace": release.space}}
        told: Any = api.create_self_subject_rules_review(review)
        found = client.ApiClient().sanitize_for_serialization(told.status)
        return sorted(map(str, found["resourceRules"] + found["nonResourceRules"]))

    assert rules(account) == rules("default")  # what everybody may
    core = client.CoreV1Api(cluster.api(release.token(account)))
    assert status(lambda: core.list_namespaced_pod(release.space)) == 403


def test_the_observer_sees_the_cluster_by_its_own_token(cluster: Cluster, release: Release) -> None:
    token, stop = release.token("telemetry-observer"), threading.Event()
    source = KubernetesSource(lambda: KubernetesApi(cluster.api(token)), [release.space], 0.1, stop)

    def whole() -> View | None:
        view = source.read()
        return view if {DEPLOYMENT, STATEFULSET, POD} <= {k.kind for k in view.things} else None

    try:
        view = wait_until(whole)
    finally:
        stop.set()
    assert view
    names = {
        kind: {k.name for k in view.things if k.kind == kind} for kind in (DEPLOYMENT, STATEFULSET)
    }
    assert names[STATEFULSET] == {"telemetry-kafka", "telemetry-clickhouse"}
    agents = {
        thing["marks"]["name"]
        for k, thing in view.things.items()
        if k.kind == DEPLOYMENT and thing["marks"].get("agent") == "true"
    }
    assert agents == {"orchestrator", "researcher", "writer", "coder", "reviewer"}
    assert {"telemetry-api", "telemetry-observer"} <= names[DEPLOYMENT]
    assert any(k.kind == POD and k.name.startswith("telemetry-clickhouse-0") for k in view.things)


def test_an_observer_takes_the_lease_of_the_chart_by_its_own_token(
    cluster: Cluster, release: Release
) -> None:
    api, stop = cluster.api(release.token("telemetry-observer")), threading.Event()
    with held(Lease(api, release.space, LEASE, Term(30, 20, 1)), stop) as leads:
        assert leads
        lease: Any = client.CoordinationV1Api(api).read_namespaced_lease(LEASE, release.space)
        assert lease.spec.holder_identity


def test_helm_test_makes_its_pod_and_takes_it_away(release: Release) -> None:
    assert "Succeeded" in release.helm("test", RELEASE)
    there = release.core.list_namespaced_pod(release.space).items
    assert "telemetry-test" not in {pod.metadata.name for pod in there}


def test_a_former_version_is_upgraded_and_keeps_its_keys(
    cluster: Cluster, kubelet: Kubelet, tmp_path_factory: Any
) -> None:
    release = Release(cluster, "upgraded", tmp_path_factory.mktemp("helm"))
    release.install(FORMER)
    before = secrets(release)
    assert before.keys() == {"telemetry-api-keys", "telemetry-clickhouse"}
    # As an observer of that version does.
    held_before: Any = {"metadata": {"name": LEASE}, "spec": {"holderIdentity": "old"}}
    leases: Any = client.CoordinationV1Api(cluster.api())
    leases.create_namespaced_lease(release.space, held_before)

    release.install(CHART)
    assert secrets(release) == before
    former = FORMER.name.removesuffix(".tgz")
    assert release.history() == [
        (1, "superseded", former),
        (2, "deployed", f"agent-telemetry-{version()}"),
    ]
    batch: Any = client.BatchV1Api(cluster.api())
    jobs = {job.metadata.name for job in batch.list_namespaced_job(release.space).items}
    assert jobs == {"telemetry-migrate-2", "telemetry-topics-2"}
    lease = leases.read_namespaced_lease(LEASE, release.space)
    assert lease.spec.holder_identity == "old"


def test_what_is_uninstalled_goes_without_a_trace(
    cluster: Cluster, kubelet: Kubelet, tmp_path_factory: Any
) -> None:
    release = Release(cluster, "gone", tmp_path_factory.mktemp("helm"))
    release.install(CHART, "-f", str(VALUES["kind"]), "--set", "observer.namespaces={*}")
    there = everything(cluster, release)
    assert {
        "persistentvolumeclaim/data-telemetry-kafka-0",
        "lease.coordination.k8s.io/" + LEASE,
    } <= (there)
    rbac: Any = client.RbacAuthorizationV1Api(cluster.api())
    assert f"telemetry-observer-{release.space}" in cluster_roles(rbac)
    release.helm("uninstall", RELEASE, "--wait")
    own = {"serviceaccount/default"}  # of the namespace itself
    wait_until(lambda: everything(cluster, release) <= own)
    assert f"telemetry-observer-{release.space}" not in cluster_roles(rbac)


def test_the_nodes_of_a_cluster_are_those_that_its_configuration_names(
    cluster: Cluster, kubelet: Kubelet, tmp_path_factory: Any
) -> None:
    release = Release(cluster, "sharded", tmp_path_factory.mktemp("helm"))
    release.install(CHART, "-f", str(VALUES["cluster"]), "--set", "observer.namespaces=null")

    def config(name: str, file: str) -> ElementTree.Element:
        found = release.core.read_namespaced_config_map(name, release.space)
        return ElementTree.fromstring(found.data[file])

    def hosts(root: ElementTree.Element, path: str, service: str) -> set[str]:
        """The pods of a StatefulSet's service that addresses name."""
        tail = f".{service}.{release.space}.svc"
        return {str(one.text).removesuffix(tail) for one in root.findall(path)}

    there = {
        pod.metadata.name: pod for pod in release.core.list_namespaced_pod(release.space).items
    }
    servers = {name for name in there if name.startswith("telemetry-clickhouse-")}
    keepers = {name for name in there if name.startswith("telemetry-keeper-")}
    assert (len(servers), len(keepers)) == (4, 3)
    own = config("telemetry-clickhouse", "agent-telemetry.xml")
    nodes = "telemetry-clickhouse-nodes"
    assert hosts(own, "remote_servers/telemetry/shard/replica/host", nodes) == servers
    assert hosts(own, "zookeeper/node/host", "telemetry-keeper") == keepers
    raft = config("telemetry-keeper", "keeper.xml").findall(
        "keeper_server/raft_configuration/server"
    )
    told = {str(one.findtext("hostname")).partition(".")[0]: one.findtext("id") for one in raft}
    index = "apps.kubernetes.io/pod-index"
    assert told == {name: there[name].metadata.labels[index] for name in keepers}
    # The name of a pod is an address by the service that its StatefulSet names.
    sets = release.apps.list_namespaced_stateful_set(release.space).items
    named = {one.spec.service_name for one in sets if "keeper" in one.metadata.name}
    assert named == {"telemetry-keeper"}
    assert {o.spec.service_name for o in sets if "clickhouse" in o.metadata.name} == {nodes}


def test_volumes_stay_unless_they_are_to_go(
    cluster: Cluster, kubelet: Kubelet, release: Release
) -> None:
    sets = release.apps.list_namespaced_stateful_set(release.space).items
    kept = {s.spec.persistent_volume_claim_retention_policy.when_deleted for s in sets}
    assert kept == {"Retain"}


def test_a_second_release_in_a_namespace_is_refused(release: Release) -> None:
    with pytest.raises(AssertionError, match="exists and cannot be imported"):
        release.helm("install", "second", str(CHART))
    assert release.history()[-1][1] == "deployed"


def cluster_roles(rbac: Any) -> set[str]:
    """Of the whole cluster."""
    bound = {one.metadata.name for one in rbac.list_cluster_role_binding().items}
    return bound | {one.metadata.name for one in rbac.list_cluster_role().items}


def status(call: Callable[[], Any]) -> int:
    """What the API answers."""
    try:
        call()
    except ApiException as error:
        return int(error.status)
    return 200


def version() -> str:
    """That of the chart."""
    [line] = [x for x in (CHART / "Chart.yaml").read_text().splitlines() if x.startswith("version")]
    return line.partition(": ")[2]


def secrets(release: Release) -> dict[str, Any]:
    """What is drawn by lot."""
    there = release.core.list_namespaced_secret(release.space).items
    return {one.metadata.name: one.data for one in there if one.type == "Opaque"}


def everything(cluster: Cluster, release: Release) -> set[str]:
    """All objects of the namespace, whatever their kind; events tell what was."""

    def kubectl(*arguments: str) -> list[str]:
        command = [str(tools() / "kubectl"), f"--kubeconfig={cluster.kubeconfig}", *arguments]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        return told.stdout.split()

    kinds = kubectl("api-resources", "--verbs=list", "--namespaced", "-o", "name")
    wanted = ",".join(kind for kind in kinds if not kind.startswith("events"))
    return set(kubectl("get", wanted, "-n", release.space, "-o", "name"))
