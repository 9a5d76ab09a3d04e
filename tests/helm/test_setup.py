"""scripts/setup.sh, on a real kube-apiserver: the seed's quick start, as far as without a node."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client
from local_stack.cache import ROOT

from tests.kubernetes_api.cluster import Cluster, Kubelet
from tests.kubernetes_api.tools import tools
from tests.ports import free_port
from tests.waiting import wait_until

pytestmark = [pytest.mark.stack, pytest.mark.kubernetes]

SETUP = str(ROOT / "scripts/setup.sh")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(cluster: Cluster, tmp_path: Path) -> Run:
    """Runs a command as somebody whose kubectl speaks to the cluster."""

    def ran(*command: str, **changed: str) -> subprocess.CompletedProcess[str]:
        env = {
            **os.environ,
            "PATH": f"{tools()}:{os.environ['PATH']}",
            "KUBECONFIG": str(cluster.kubeconfig),
            **{f"HELM_{of}_HOME": str(tmp_path / of) for of in ("CACHE", "CONFIG", "DATA")},
            **changed,
        }
        return subprocess.run(
            command, env=env, cwd=ROOT, capture_output=True, text=True, check=False
        )

    return ran


def namespaces(cluster: Cluster) -> set[str]:
    core: Any = client.CoreV1Api(cluster.api())
    return {one.metadata.name for one in core.list_namespace().items}


def test_the_quick_start_by_its_words_twice_and_away(
    cluster: Cluster, kubelet: Kubelet, run: Run
) -> None:
    apps: Any = client.AppsV1Api(cluster.api())
    core: Any = client.CoreV1Api(cluster.api())
    first = run("./scripts/setup.sh")
    assert first.returncode == 0, first.stdout + first.stderr
    for said in (
        "namespace  telemetry", "agent-telemetry, new", "4 Deployment",
        "kubectl -n telemetry port-forward service/telemetry-api 8080:8080",
        "curl localhost:8080/health", "kubectl apply -f helm/agents-sample.yaml",
    ):  # fmt: skip
        assert said in first.stdout
    assert core.read_namespaced_service("telemetry-api", "telemetry").spec.ports[0].port == 8080

    applied = run("kubectl", "apply", "-f", "helm/agents-sample.yaml")
    assert applied.returncode == 0, applied.stderr

    def agents() -> int:
        found = apps.list_namespaced_deployment("telemetry", label_selector="oracle-monitor/agent")
        return sum(one.status.available_replicas or 0 for one in found.items)

    wait_until(lambda: agents() == 5)

    second = run("./scripts/setup.sh")
    assert second.returncode == 0, second.stdout + second.stderr
    assert "upgrade of what is there (deployed)" in second.stdout
    told = run("helm", "history", "agent-telemetry", "-n", "telemetry").stdout
    assert [line.split()[0] for line in told.splitlines()[1:]] == ["1", "2"]
    assert agents() == 5

    gone = run("./scripts/setup.sh", "--uninstall")
    assert gone.returncode == 0, gone.stderr
    assert "persistentvolumeclaim/data-telemetry-clickhouse-0" in gone.stdout
    left = {one.metadata.name for one in apps.list_namespaced_deployment("telemetry").items}
    assert all(name.startswith("agent-") for name in left)  # what the user applied is the user's
    again = run("./scripts/setup.sh", "--uninstall")
    assert (again.returncode, "nothing is installed there" in again.stdout) == (0, True)


def test_a_dry_run_changes_nothing(cluster: Cluster, run: Run) -> None:
    before = namespaces(cluster)
    told = run(SETUP, "--dry-run", "--namespace", "tried")
    assert told.returncode == 0, told.stderr
    assert "namespace tried would be made. Nothing was changed." in told.stdout
    assert "2 StatefulSet" in told.stdout and "apache/kafka:" in told.stdout
    assert namespaces(cluster) == before

    core: Any = client.CoreV1Api(cluster.api())
    core.create_namespace({"metadata": {"name": "tried"}})
    told = run(SETUP, "--dry-run", "--namespace", "tried", "--values", "helm/values-kind.yaml")
    assert told.returncode == 0, told.stderr
    assert "The cluster would take all of it. Nothing was changed." in told.stdout
    assert core.list_namespaced_service("tried").items == []


def test_values_that_are_wrong_are_named_before_anything_is_made(
    cluster: Cluster, run: Run
) -> None:
    before = namespaces(cluster)
    told = run(SETUP, "--namespace", "never", "--", "--set", "kafka.mode=own")
    assert told.returncode
    assert "at '/kafka/mode': value must be one of 'single', 'external'" in told.stderr
    assert namespaces(cluster) == before


def test_what_does_not_get_ready_is_told_and_is_mended_by_another_run(
    kubelet: Kubelet, run: Run
) -> None:
    kubelet.held.add("telemetry-observer")
    try:
        told = run(SETUP, "--namespace", "stuck", "--timeout", "5s")
    finally:
        kubelet.held.clear()
    assert told.returncode == 1
    assert "not all of it got ready" in told.stderr
    assert "kubectl -n stuck logs NAME --all-containers" in told.stderr
    told = run(SETUP, "--namespace", "stuck")
    assert told.returncode == 0, told.stderr
    assert "upgrade of what is there (failed)" in told.stdout


def test_what_is_missing_is_named(run: Run, tmp_path: Path) -> None:
    for name in ("bash", "dirname", "sed", "cat"):
        found = shutil.which(name)
        assert found
        (tmp_path / name).symlink_to(found)
    told = run(SETUP, PATH=str(tmp_path))
    assert told.stderr.startswith("error: kubectl is needed and was not found")
    (tmp_path / "kubectl").symlink_to(tools() / "kubectl")
    told = run(SETUP, PATH=str(tmp_path))
    assert told.stderr.startswith("error: helm is needed and was not found")


def test_a_cluster_that_does_not_answer_is_named(run: Run, tmp_path: Path) -> None:
    config = tmp_path / "config"
    nobody = f"https://127.0.0.1:{free_port()}"
    kubectl = ("kubectl", f"--kubeconfig={config}", "config")
    run(*kubectl, "set-cluster", "away", f"--server={nobody}")
    run(*kubectl, "set-context", "away", "--cluster=away")
    told = run(SETUP, KUBECONFIG=str(config))
    assert told.stderr.startswith("error: kubectl has no current context")
    run(*kubectl, "use-context", "away")
    told = run(SETUP, KUBECONFIG=str(config))
    assert told.returncode == 1
    assert told.stderr.startswith("error: the cluster of context away does not answer:")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--value", "x"], "--value is not known here"),
        (["--namespace"], "--namespace needs a value"),
        (["--values", "/no/such"], "--values /no/such: there is no such file"),
    ],
)
def test_wrong_arguments_are_named(run: Run, arguments: list[str], said: str) -> None:
    told = run(SETUP, *arguments)
    assert told.returncode == 1
    assert told.stderr.startswith(f"error: {said}")


def test_help_says_what_it_does(run: Run) -> None:
    told = run(SETUP, "--help")
    assert told.returncode == 0
    for option in ("--namespace", "--values", "--dry-run", "--uninstall"):
        assert option in told.stdout
