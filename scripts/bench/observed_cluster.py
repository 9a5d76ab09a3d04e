"""What watching many pods of a real API server costs it, the observer and the tables."""

import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from math import isfinite
from pathlib import Path
from threading import Event, Thread
from typing import Any

import click
import httpx
from clickhouse_connect.driver.client import Client
from kubernetes import client
from local_stack.stack import Stack
from prometheus_client.parser import text_string_to_metric_families

from bench.counting_proxy import CountingProxy
from bench.processes import Watch
from query_service.db import connect
from query_service.settings import Settings
from tests.kubernetes_api import objects
from tests.kubernetes_api.cluster import ADMIN, Cluster, Kubelet
from tests.waiting import wait_until

SPACE = "bench"
_OF_EACH = 5
_MEASURED_EVERY = 30
_PATIENCE = 600
# Rows come in bursts: those after the first one, in the time until the last one.
_PER_HOUR = """
WITH
    {since:DateTime64(3, 'UTC')} AS since,
    (
        SELECT (min(observed_at), max(observed_at)) FROM {table:Identifier}
        WHERE namespace = {space:String} AND observed_at > since
    ) AS ends
SELECT countIf(observed_at > ends.1 + INTERVAL 5 SECOND) * 3600000
    / (toUnixTimestamp64Milli(ends.2) - toUnixTimestamp64Milli(ends.1))
FROM {table:Identifier}
WHERE namespace = {space:String} AND observed_at > since
"""
_SEEN = """
SELECT uniqExact(name) FROM observed_things
WHERE kind = 'k8s.pod' AND namespace = {space:String}
"""


def measure(stack: Stack, home: Path, pods: int, seconds: int) -> None:
    """Start a cluster with so many pods, and print the table."""
    cluster = Cluster(home)
    tables = connect(Settings(clickhouse_url=stack.settings.clickhouse))
    try:
        cluster.start()
        _fill(cluster, pods)
        proxy = CountingProxy(cluster.port)
        columns = (
            "requests", "kB from the API server", "observer CPU s", "API server CPU s",
            "observer peak RSS MB", "things an hour", "figures an hour",
        )  # fmt: skip
        click.echo(f"\n{pods:,} pods, per minute:\n\n| | {' | '.join(columns)} |")
        click.echo("|" + "---|" * (1 + len(columns)))
        measurement = _Measurement(cluster, proxy, tables, seconds)
        with _observer(stack, {"OBSERVER_KUBERNETES": "off"}) as pid:
            time.sleep(5)
            measurement.of("the observer without a cluster", pid)
        through = home / "through-proxy"
        here = cluster.kubeconfig.read_text().replace(f":{cluster.port}", f":{proxy.port}")
        through.write_text(here)
        watching = {
            "OBSERVER_KUBERNETES": "kubeconfig", "KUBECONFIG": str(through),
            "OBSERVER_KUBERNETES_NAMESPACES": SPACE, "OBSERVER_LEASE": "off",
        }  # fmt: skip
        began, bytes_before = time.monotonic(), proxy.received
        with _observer(stack, watching) as pid:

            def all_seen() -> bool:
                found = tables.query(_SEEN, parameters={"space": SPACE}).result_rows
                return bool(found[0][0] == pods)

            wait_until(all_seen, _PATIENCE)
            took, read = time.monotonic() - began, (proxy.received - bytes_before) / 1000
            measurement.of("nothing changes", pid)
            with _metrics(cluster, pods):
                measurement.of(f"CPU and memory measured every {_MEASURED_EVERY} s", pid)
        click.echo(
            f"\nfrom the observer's start until all could be queried: {took:.1f} s, {read:,.0f} kB"
        )
        proxy.close()
    finally:
        cluster.stop()


class _Measurement:
    def __init__(
        self, cluster: Cluster, proxy: CountingProxy, tables: Client, seconds: int
    ) -> None:
        self._cluster = cluster
        self._proxy = proxy
        self._tables = tables
        self._seconds = seconds

    def of(self, what: str, observer: int) -> None:
        """Watch for the time, and print a line."""
        since, before = datetime.now(UTC), self._counts()
        with Watch({"observer": observer, "api": self._cluster.pid}) as watch:
            time.sleep(self._seconds)
        spent = [now - then for now, then in zip(self._counts(), before, strict=True)]
        requests, received = (60 * one / self._seconds for one in spent)
        looking, serving = watch.uses["observer"], watch.uses["api"]
        cells = (
            f"{requests:,.0f}", f"{received / 1000:,.0f}",
            f"{60 * looking.cpu_seconds / self._seconds:.1f}",
            f"{60 * serving.cpu_seconds / self._seconds:.1f}", f"{looking.peak_rss_mb:.0f}",
            *(self._rows_per_hour(f"observed_{table}", since) for table in ("things", "figures")),
        )  # fmt: skip
        click.echo(f"| {what} | {' | '.join(cells)} |")

    def _counts(self) -> list[float]:
        return [_requests(self._cluster), self._proxy.received]

    def _rows_per_hour(self, table: str, since: datetime) -> str:
        chosen = {"table": table, "space": SPACE, "since": since.strftime("%F %T")}
        rate = self._tables.query(_PER_HOUR, parameters=chosen).result_rows[0][0]
        return f"{rate:,.0f}" if isfinite(rate) else ""


def _requests(cluster: Cluster) -> float:
    """Lists and watches of a namespace that the server ended: nobody but the observer asks so."""
    trusted = ssl.create_default_context(cafile=str(cluster.ca))
    headers = {"Authorization": f"Bearer {ADMIN}"}
    told = httpx.get(f"{cluster.host}/metrics", headers=headers, verify=trusted, timeout=60)
    return sum(
        sample.value
        for family in text_string_to_metric_families(told.raise_for_status().text)
        for sample in family.samples
        if sample.name == "apiserver_request_total"
        and sample.labels["scope"] == "namespace"
        and sample.labels["verb"] in ("LIST", "WATCH")
    )


def _fill(cluster: Cluster, pods: int) -> None:
    api = cluster.api()
    objects.namespace(api, SPACE)
    apps = client.AppsV1Api(api)
    for number in range(pods // _OF_EACH):
        marks = {"agent": "true", "name": f"agent-{number}"}
        made = objects.deployment(f"agent-{number}", _OF_EACH, marks)
        apps.create_namespaced_deployment(SPACE, made, _preload_content=False)
    kubelet = Kubelet(cluster)
    kubelet.start()

    def run() -> bool:
        found = client.CoreV1Api(api).list_namespaced_pod(
            SPACE, field_selector="status.phase=Running"
        )
        return len(found.items) == pods

    wait_until(run, _PATIENCE, every=5)
    kubelet.end()


@contextmanager
def _metrics(cluster: Cluster, pods: int) -> Iterator[None]:
    """What a metrics server would say of all pods, anew in the interval."""
    api = cluster.api()
    names: list[Any] = [
        pod.metadata for pod in client.CoreV1Api(api).list_namespaced_pod(SPACE).items
    ]
    for number, metadata in enumerate(names):
        objects.pod_metrics(api, SPACE, client.V1Pod(metadata=metadata), "100m", f"{number}Ki")
    over = Event()
    custom = client.CustomObjectsApi(api)

    def measure_anew() -> None:
        for step in count():
            began = time.monotonic()
            usage = {"cpu": f"{100 + step}m", "memory": f"{100_000 + step}Ki"}
            changed = {"containers": [{"name": "agent", "usage": usage}]}
            for metadata in names:
                custom.patch_namespaced_custom_object(
                    "metrics.k8s.io", "v1beta1", SPACE, "pods", metadata.name, changed
                )
            if over.wait(max(0.0, _MEASURED_EVERY - (time.monotonic() - began))):
                return

    writer = Thread(target=measure_anew, daemon=True)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


@contextmanager
def _observer(stack: Stack, settings: dict[str, str]) -> Iterator[int]:
    """An observer with settings of its own; its process id."""
    command = [sys.executable, "-m", "query_service", "observe"]
    environment = {**stack.settings.environment(), **settings}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            yield process.pid
        finally:
            process.terminate()
