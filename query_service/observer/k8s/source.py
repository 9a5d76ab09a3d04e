"""A Kubernetes cluster as a source: mirrors of its objects, and what its pods use."""

import threading
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from opentelemetry.semconv._incubating.metrics.k8s_metrics import K8S_POD_CPU_USAGE

from query_service.errors import AgentTelemetryError
from query_service.observer.k8s import objects
from query_service.observer.k8s.api import KubernetesApi
from query_service.observer.k8s.mirror import Mirror
from query_service.observer.k8s.objects import Seen
from query_service.observer.sources import OK, source_key, state
from query_service.observer.things import Figure, Figures, Key, View

NAME = "kubernetes"
METRICS = "kubernetes-metrics"
MEMORY = "k8s.pod.memory.working_set"
_KINDS = {
    "Deployment": objects.deployment,
    "StatefulSet": objects.stateful_set,
    "Pod": objects.pod,
}


class KubernetesSource:
    """Watches `namespaces` from its first look on, until `stop` is set; asks what pods use at most
    every `metrics_interval` s. `connect` gives the cluster."""

    def __init__(
        self,
        connect: Callable[[], KubernetesApi],
        namespaces: Sequence[str],
        metrics_interval: float,
        stop: threading.Event,
    ) -> None:
        self._connect = connect
        self._namespaces = namespaces
        self._metrics_interval = metrics_interval
        self._stop = stop
        self._api: KubernetesApi | None = None
        self._mirrors: list[Mirror[Seen]] = []
        self._used_at = float("-inf")
        self._used: dict[tuple[str, str], list[Decimal | None]] = {}
        self._metrics: dict[str, Any] = {}

    def read(self) -> View:
        """What there is now. Raises Unavailable or Forbidden."""
        if self._api is None:
            self._api = self._connect()
            self._watch(self._api)
        seen = [one for mirror in self._mirrors for one in mirror.objects()]
        observed_at = time.time_ns()
        if time.monotonic() - self._used_at >= self._metrics_interval:
            self._ask_usage(self._api)
            self._used_at = time.monotonic()
        things = {one.key: one.attributes for one in seen}
        things[source_key(METRICS)] = self._metrics
        figures = {figure: value for one in seen for figure, value in one.figures.items()}
        return View(observed_at, things, {**figures, **self._usage(things)})

    def _watch(self, api: KubernetesApi) -> None:
        for kind, seen in _KINDS.items():
            for namespace in self._namespaces:
                mirror = Mirror(api, kind, namespace, seen)
                self._mirrors.append(mirror)
                threading.Thread(
                    target=mirror.run, args=(self._stop,), name=f"k8s-{kind}", daemon=True
                ).start()

    def _usage(self, things: dict[Key, Any]) -> Figures:
        figures: dict[Figure, float] = {}
        for key in things:
            if key.kind == objects.POD and (used := self._used.get((key.namespace, key.name))):
                for metric, amount in zip((K8S_POD_CPU_USAGE, MEMORY), used, strict=True):
                    if amount is not None:
                        figures[Figure(metric, key)] = float(amount)
        return figures

    def _ask_usage(self, api: KubernetesApi) -> None:
        """Where the cluster has no metrics.k8s.io, that is a fact of its own."""
        try:
            found = [item for space in self._namespaces for item in api.metrics(space)]
            used = [*map(objects.usage, found)]
        except (AgentTelemetryError, LookupError, TypeError, ValueError) as error:
            self._used, self._metrics = {}, state(error)
            return
        self._used = {(space, pod): amounts for space, pod, *amounts in used}
        self._metrics = {"state": OK}
