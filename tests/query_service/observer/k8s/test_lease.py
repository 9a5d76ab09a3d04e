"""One observer of a cluster works, whatever happens to it and to the API."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kubernetes import client

from query_service.observer.k8s.lease import Lease, Term, held
from query_service.observer.leader import LEASE
from tests.kubernetes_api import objects
from tests.kubernetes_api.cluster import Cluster
from tests.ports import free_port
from tests.waiting import wait_until

pytestmark = [pytest.mark.stack, pytest.mark.kubernetes]

SHORT = Term(3, 2, 1)
ENDLESS = Term(3600, 1800, 1)


@pytest.fixture
def space(cluster: Cluster, request: pytest.FixtureRequest) -> str:
    """A namespace of its own, whose account `observer` has no right yet."""
    name: str = request.node.name.replace("_", "-")[:50].strip("-")
    objects.namespace(cluster.api(), name)
    return name


class Contender(threading.Thread):
    """Asks for the Lease; `works` while it has it, until `stop`."""

    def __init__(self, cluster: Cluster, space: str, term: Term) -> None:
        super().__init__(daemon=True)
        token = objects.token(cluster.api(), space)
        self._lease = Lease(cluster.api(token), space, LEASE, term)
        self.stop = threading.Event()
        self.works = threading.Event()

    def run(self) -> None:
        """As the observer does."""
        with held(self._lease, self.stop) as leads:
            if leads:
                self.works.set()
                self.stop.wait()
                self.works.clear()


@pytest.fixture
def contend(cluster: Cluster, space: str) -> Iterator[Callable[[Term], Contender]]:
    """Starts contenders whose account has the rights."""
    objects.allow(cluster.api(), space)
    made: list[Contender] = []

    def start(term: Term) -> Contender:
        made.append(Contender(cluster, space, term))
        made[-1].start()
        return made[-1]

    yield start
    for one in made:
        one.stop.set()
        one.join(60)


def holder(cluster: Cluster, space: str) -> str:
    lease = client.CoordinationV1Api(cluster.api()).read_namespaced_lease(LEASE, space)
    return (lease.spec and lease.spec.holder_identity) or ""


def test_two_contend_and_what_one_gives_back_the_other_has_at_once(
    contend: Callable[[Term], Contender], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    first = contend(ENDLESS)
    assert first.works.wait(90)
    second = contend(ENDLESS)
    wait_until(lambda: caplog.text.count("standby") == 1)
    assert not second.works.is_set()
    first.stop.set()
    assert second.works.wait(90)  # not the hour that the Lease was for
    assert not first.works.is_set()


@contextmanager
def observing(cluster: Cluster, space: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real observer that works, though nothing that it looks at is there."""
    nobody = f"127.0.0.1:{free_port()}"
    settings = {
        "OBSERVER_LEASE": f"{space}/{LEASE}", "KUBECONFIG": str(cluster.kubeconfig),
        "KAFKA_BOOTSTRAP_SERVERS": nobody, "CLICKHOUSE_URL": f"http://{nobody}",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{nobody}",
    }  # fmt: skip
    command = [sys.executable, "-m", "query_service", "observe"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env={**os.environ, **settings}, stderr=out)
    try:
        wait_until(lambda: f"observing {nobody}" in log.read_text())
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_holder_that_dies_is_followed_when_its_lease_is_over(
    cluster: Cluster, space: str, contend: Callable[[Term], Contender], tmp_path: Path
) -> None:
    with observing(cluster, space, tmp_path / "log"):
        dead = holder(cluster, space)
    began = time.monotonic()
    next_one = contend(SHORT)
    assert next_one.works.wait(90)
    assert time.monotonic() - began >= SHORT.lease
    assert dead and holder(cluster, space) not in ("", dead)


def test_an_observer_that_is_ended_gives_its_lease_back(
    cluster: Cluster, space: str, contend: Callable[[Term], Contender], tmp_path: Path
) -> None:
    with observing(cluster, space, tmp_path / "log") as process:
        second = contend(ENDLESS)
        process.terminate()
        assert process.wait(90) == 0
        assert second.works.wait(90)


def test_an_observer_whose_lease_another_took_ends(
    cluster: Cluster, space: str, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with observing(cluster, space, log) as process:
        taken: Any = {"spec": {"holderIdentity": "another"}}
        client.CoordinationV1Api(cluster.api()).patch_namespaced_lease(LEASE, space, taken)
        assert process.wait(90) == 0
    assert f"Lease {space}/{LEASE} is lost (another holds it)" in log.read_text()
    assert holder(cluster, space) == "another"


def test_an_api_that_is_away_stops_the_holder_before_its_lease_is_over(
    cluster: Cluster, contend: Callable[[Term], Contender], caplog: pytest.LogCaptureFixture
) -> None:
    first = contend(Term(30, 3, 1))
    assert first.works.wait(90)
    cluster.stop_api()
    try:
        assert first.stop.wait(90)
    finally:
        cluster.start_api()
    assert "is lost (it could not be renewed in time)" in caplog.text
    assert caplog.text.count("cannot be renewed: Kubernetes at") == 1


def test_a_server_that_answers_nothing_does_not_keep_the_holder_working(
    cluster: Cluster, contend: Callable[[Term], Contender], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = contend(Term(60, 2, 1))
    assert first.works.wait(90)
    over = threading.Event()
    monkeypatch.setattr(Lease, "hold", lambda _: over.wait())
    assert first.stop.wait(90)
    over.set()


def test_a_right_that_is_missing_is_told(
    cluster: Cluster, space: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    one = Contender(cluster, space, SHORT)
    one.start()
    told = f"standby: Kubernetes refuses Lease {space}/{LEASE}: 403"
    wait_until(lambda: told in caplog.text)
    assert "its account needs get, create and update of leases there" in caplog.text
    assert not one.works.is_set()
    objects.allow(cluster.api(), space)
    assert one.works.wait(90)
    one.stop.set()
    one.join(60)
