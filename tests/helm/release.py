"""A release of the chart on the API server of the tests."""

import json
import os
from pathlib import Path
from typing import Any

from kubernetes import client

from tests.helm.chart import RELEASE, helm
from tests.kubernetes_api.cluster import Cluster
from tests.waiting import PATIENCE

WAIT = ["--wait", "--wait-for-jobs", f"--timeout={2 * PATIENCE:.0f}s"]
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}


class Release:
    """The one release of a namespace, which is made for it and refuses pods that may too much."""

    def __init__(self, cluster: Cluster, space: str, home: Path) -> None:
        self._cluster, self.space = cluster, space
        self._env = {
            **os.environ,
            "KUBECONFIG": str(cluster.kubeconfig),
            **{f"HELM_{of}_HOME": str(home / of) for of in ("CACHE", "CONFIG", "DATA")},
        }
        self.core: Any = client.CoreV1Api(cluster.api())
        self.apps: Any = client.AppsV1Api(cluster.api())
        named: Any = {"metadata": {"name": space, "labels": RESTRICTED}}
        self.core.create_namespace(named)

    def helm(self, *arguments: str) -> str:
        """What helm says. Raises AssertionError when it fails."""
        told = helm(*arguments, "-n", self.space, env=self._env)
        assert told.returncode == 0, told.stdout + told.stderr + self._cluster.last_words()
        return told.stdout

    def install(self, chart: Path, *options: str) -> None:
        """Install the chart, or upgrade to it; returns when all of it is ready."""
        self.helm("upgrade", "--install", RELEASE, str(chart), *WAIT, *options)

    def history(self) -> list[tuple[int, str, str]]:
        """Revision, state and chart of each installation."""
        told = json.loads(self.helm("history", RELEASE, "-o", "json"))
        return [(one["revision"], one["status"], one["chart"]) for one in told]

    def token(self, account: str) -> str:
        """A token of an account of the chart."""
        asked: Any = {"spec": {"expirationSeconds": 3600}}
        made: Any = self.core.create_namespaced_service_account_token(account, self.space, asked)
        return str(made.status.token)
