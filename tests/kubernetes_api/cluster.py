"""Starts and stops the control plane, and plays its kubelet.

There are no nodes: `Kubelet` binds pods and says that they run, until a test says otherwise.
"""

import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import urllib3
import yaml
from kubernetes import client

from tests.kubernetes_api.build import testkube
from tests.ports import free_port
from tests.waiting import wait_until

ADMIN = "admin-token"
_CRD = Path(__file__).with_name("podmetrics-crd.yaml")


class Cluster:
    """etcd, API server, and the controllers of what makes pods; everything lies in `home`."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._binary = testkube()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._etcd, self._peer, self.port = free_port(), free_port(), free_port()
        self.host = f"https://127.0.0.1:{self.port}"
        self.kubeconfig = home / "kubeconfig"

    def start(self) -> None:
        """Start all of it; returns when the API is ready."""
        self._home.mkdir(parents=True, exist_ok=True)
        key = self._home / "sa.key"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        (self._home / "tokens.csv").write_text(f'{ADMIN},admin,1,"system:masters"\n')
        etcd, peer = f"http://127.0.0.1:{self._etcd}", f"http://127.0.0.1:{self._peer}"
        self._run(
            "etcd", f"--data-dir={self._home}/etcd", "--unsafe-no-fsync",
            f"--listen-client-urls={etcd}", f"--advertise-client-urls={etcd}",
            f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
        )  # fmt: skip
        self.start_api()
        self.kubeconfig.write_text(yaml.safe_dump(self._config()))
        self._run("controllers", f"--kubeconfig={self.kubeconfig}")
        api = self.api()
        with _once():
            node: Any = {"metadata": {"name": "node-1"}}
            client.CoreV1Api(api).create_node(node)
        with _once():
            client.ApiextensionsV1Api(api).create_custom_resource_definition(
                yaml.safe_load(_CRD.read_text())
            )

    def start_api(self) -> None:
        """Start the API server, at the same address each time."""
        home = self._home
        self._run(
            "kube-apiserver", f"--etcd-servers=http://127.0.0.1:{self._etcd}",
            "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
            f"--secure-port={self.port}", "--endpoint-reconciler-type=none",
            f"--cert-dir={home}/certs", "--service-cluster-ip-range=10.0.0.0/24",
            "--authorization-mode=RBAC", f"--token-auth-file={home}/tokens.csv",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={home}/sa.key",
            f"--service-account-signing-key-file={home}/sa.key", "--allow-privileged=true",
            # Nobody is here who would see that a volume is in use no more.
            "--disable-admission-plugins=StorageObjectInUseProtection",
        )  # fmt: skip
        wait_until(self._is_ready)

    def stop_api(self) -> None:
        """Take the API away."""
        self._end("kube-apiserver")

    def stop(self) -> None:
        """End all processes."""
        for name in reversed(list(self._processes)):
            self._end(name)

    def api(self, token: str = ADMIN) -> client.ApiClient:
        """A client with a token."""
        settings = client.Configuration(host=self.host, ssl_ca_cert=str(self.ca))
        settings.api_key = {"authorization": f"Bearer {token}"}
        settings.retries = False
        return client.ApiClient(settings)

    def last_words(self) -> str:
        """The ends of the logs."""
        logs = sorted(self._home.glob("*.log"))
        return "\n".join(f"{log.name}: {log.read_text()[-2000:]}" for log in logs)

    @property
    def pid(self) -> int:
        """The process of the API server."""
        return self._processes["kube-apiserver"].pid

    @property
    def ca(self) -> Path:
        """Whom to trust."""
        return self._home / "certs" / "apiserver.crt"

    def _config(self) -> dict[str, Any]:
        cluster = {"server": self.host, "certificate-authority": str(self.ca)}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": ADMIN}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
            "current-context": "test",
        }

    def _is_ready(self) -> bool:
        process = self._processes["kube-apiserver"]
        assert process.poll() is None, self.last_words()
        with urllib3.PoolManager(cert_reqs=ssl.CERT_REQUIRED, ca_certs=str(self.ca)) as http:
            try:
                answer = http.request(
                    "GET",
                    f"{self.host}/readyz",
                    headers={"Authorization": f"Bearer {ADMIN}"},
                    retries=False,
                )
            except (urllib3.exceptions.HTTPError, OSError):
                return False
            return answer.status == 200

    def _run(self, name: str, *arguments: str) -> None:
        with (self._home / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [self._binary, name, *arguments], stdout=log, stderr=log, cwd=self._home
            )

    def _end(self, name: str) -> None:
        """At once: asked to end, an API server waits for those who watch."""
        process = self._processes.pop(name)
        process.kill()
        process.wait()


class Kubelet(threading.Thread):
    """Binds new pods of all namespaces and says that they run, but for those in `held`.

    A pod that is not to be started again (of a Job, a test) has ended well at the next look.
    """

    def __init__(self, cluster: Cluster) -> None:
        super().__init__(daemon=True)
        self._core = client.CoreV1Api(cluster.api())
        self._over = threading.Event()
        self.held: set[str] = set()
        """Names of Deployments whose pods get no status."""

    def run(self) -> None:
        """Look at all pods ten times a second, until `end`."""
        while not self._over.wait(0.1):
            try:
                for pod in self._core.list_pod_for_all_namespaces().items:
                    self._care(pod)
            except (client.ApiException, urllib3.exceptions.HTTPError, OSError):
                continue

    def end(self) -> None:
        """Stop, and wait for it."""
        self._over.set()
        self.join()

    def _care(self, pod: Any) -> None:
        name, namespace = pod.metadata.name, pod.metadata.namespace
        if pod.metadata.deletion_timestamp:
            self._core.delete_namespaced_pod(name, namespace, grace_period_seconds=0)
        elif not pod.spec.node_name:
            target = {"kind": "Node", "name": "node-1"}
            binding: Any = {"metadata": {"name": name}, "target": target}
            self._core.create_namespaced_binding(namespace, binding, _preload_content=False)
        elif pod.status.phase == "Pending" and not any(name.startswith(h) for h in self.held):
            names = [container.name for container in pod.spec.containers]
            self.say(pod.metadata, [running(container) for container in names])
        elif pod.status.phase == "Running" and pod.spec.restart_policy != "Always":
            names = [container.name for container in pod.spec.containers]
            self.say(pod.metadata, [ended(container) for container in names], "Succeeded")

    def say(self, pod: Any, containers: list[dict[str, Any]], phase: str = "Running") -> None:
        """Write the status of a pod, by its metadata."""
        ready = str(all(container["ready"] for container in containers))
        conditions = [{"type": "Ready", "status": ready, "lastTransitionTime": now()}]
        status = {
            "phase": phase, "startTime": now(), "conditions": conditions,
            "containerStatuses": containers,
        }  # fmt: skip
        self._core.patch_namespaced_pod_status(pod.name, pod.namespace, {"status": status})


def running(name: str, restarts: int = 0, **more: Any) -> dict[str, Any]:
    """The status of a container that runs."""
    return {
        "name": name, "image": "agent:1", "imageID": "", "ready": True, "started": True,
        "restartCount": restarts, "state": {"running": {"startedAt": now()}}, **more,
    }  # fmt: skip


def ended(name: str) -> dict[str, Any]:
    """The status of a container that has done its work."""
    state = {"terminated": {"exitCode": 0, "reason": "Completed", "finishedAt": now()}}
    return running(name) | {"ready": False, "started": False, "state": state}


def now() -> str:
    """The time as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def _once() -> Iterator[None]:
    """What is there already is not made again."""
    try:
        yield
    except client.ApiException as error:
        if error.status != 409:
            raise
