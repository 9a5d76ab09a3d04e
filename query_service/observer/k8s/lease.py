"""One observer of a cluster works; others wait until its Lease runs out.

Each step, who may write the Lease and when, is the official client's leader election. Its own loop
is not used: it ends by an exception when the API is away, while the work goes on, and can neither
be stopped nor give the Lease back.
"""

import logging
import socket
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

from kubernetes import client
from kubernetes.leaderelection.electionconfig import Config
from kubernetes.leaderelection.leaderelection import LeaderElection
from kubernetes.leaderelection.leaderelectionrecord import LeaderElectionRecord
from kubernetes.leaderelection.resourcelock.leaselock import LeaseLock

from query_service.errors import AgentTelemetryError, Forbidden
from query_service.observer.k8s.api import asked

log = logging.getLogger(__name__)

_REQUEST_SECONDS = 3.0
_LOCK_KNOWS = (404, 409)  # there is none; another was faster


class Term(NamedTuple):
    """Seconds, those of Kubernetes' own controllers. Who could not renew for `renew` stops, well
    before another may start after `lease`."""

    lease: int = 15
    renew: float = 10
    retry: float = 2


class Lease:
    """A Lease in a namespace, and who asks for it."""

    def __init__(
        self, api: client.ApiClient, namespace: str, name: str, term: Term | None = None
    ) -> None:
        self.told = f"Lease {namespace}/{name}"
        self.term = term or Term()
        self._identity = f"{socket.gethostname()}_{uuid.uuid4()}"
        self._lock = LeaseLock(name, namespace, self._identity)
        self._lock.api_instance = cast(client.CoordinationV1Api, _Leases(api, self.told))
        callbacks: list[Callable[[], None]] = [lambda: None] * 2  # of its loop, which does not run
        self._election = LeaderElection(Config(self._lock, *self.term, *callbacks))

    @property
    def holder(self) -> str:
        """Who held it when it was last looked at."""
        record = self._election.observed_record
        return (record and record.holder_identity) or "nobody"

    @property
    def is_taken(self) -> bool:
        """Whether another holds it."""
        return self.holder not in ("nobody", self._identity)

    def hold(self) -> bool:
        """Take it, or renew it; whether it is held. Raises Unavailable, Forbidden."""
        return bool(self._election.try_acquire_or_renew())

    def release(self) -> None:
        """Give it back, if it is still held. Raises Unavailable, Forbidden."""
        found, record = self._lock.get(self._lock.name, self._lock.namespace)
        if found and record.holder_identity == self._identity:
            record = LeaderElectionRecord("", 1, record.acquire_time, record.renew_time)
            self._lock.update(self._lock.name, self._lock.namespace, record)


@contextmanager
def held(lease: Lease, stop: threading.Event) -> Iterator[bool]:
    """Wait for the Lease, keep it while the block runs, and give it back; gives whether it is held:
    not when `stop` was set while waiting. When it is lost, `stop` is set."""
    until = _acquire(lease, stop)
    if until is None:
        yield False
        return
    keeper = _Keeper(lease, until, stop)
    keeper.start()
    try:
        yield True
    finally:
        keeper.end()


def _acquire(lease: Lease, stop: threading.Event) -> float | None:
    """Until when it is held at first; None when `stop` was set before."""
    said = ""
    while not stop.is_set():
        began = time.monotonic()
        try:
            if lease.hold():
                return began + lease.term.renew
            says = f"standby: {lease.holder} holds {lease.told}"
        except AgentTelemetryError as error:
            needs = "; its account needs get, create and update of leases there"
            says = f"standby: {error}{needs if isinstance(error, Forbidden) else ''}"
        if says != said:
            log.info("%s", says)
            said = says
        stop.wait(lease.term.retry)
    return None


class _Keeper(threading.Thread):
    """Renews the Lease until `end`; sets `stop` when it is lost."""

    def __init__(self, lease: Lease, until: float, stop: threading.Event) -> None:
        super().__init__(name="lease", daemon=True)
        self._lease = lease
        self._stop_work = stop
        self._over = threading.Event()
        self._is_lost = False
        self._watch = self._watched(until)

    def run(self) -> None:
        """Renew again and again."""
        lease, said = self._lease, ""
        while not self._over.wait(lease.term.retry):
            began = time.monotonic()
            try:
                if lease.hold():
                    self._watch.cancel()
                    self._watch = self._watched(began + lease.term.renew)
                    said = ""
                elif lease.is_taken:
                    self._lost(f"{lease.holder} holds it")
            except AgentTelemetryError as error:
                if str(error) != said:
                    log.warning("%s cannot be renewed: %s", lease.told, error)
                    said = str(error)

    def end(self) -> None:
        """Give the Lease back; a lost one takes no more time, since another starts soon."""
        self._over.set()
        self._watch.cancel()
        if self._is_lost:
            return
        self.join(_REQUEST_SECONDS)
        try:
            self._lease.release()
        except AgentTelemetryError as error:
            log.warning("%s is not given back, it runs out: %s", self._lease.told, error)

    def _watched(self, until: float) -> threading.Timer:
        """Stops the work then, whatever a request waits for."""
        why = "it could not be renewed in time"
        watch = threading.Timer(until - time.monotonic(), self._lost, [why])
        watch.daemon = True
        watch.start()
        return watch

    def _lost(self, why: str) -> None:
        if self._over.is_set():
            return
        self._is_lost = True
        self._over.set()
        log.error("%s is lost (%s): the observer ends, to be started anew", self._lease.told, why)
        self._stop_work.set()


class _Leases:
    """What the lock asks of the API, bounded in time; it hears of what it knows alone, all else is
    raised: it would say nothing of a right that is missing."""

    def __init__(self, api: client.ApiClient, told: str) -> None:
        leases = client.CoordinationV1Api(api)
        self._host = api.configuration.host
        self._told = told
        self.read_namespaced_lease = self._bounded(leases.read_namespaced_lease)
        self.create_namespaced_lease = self._bounded(leases.create_namespaced_lease)
        self.replace_namespaced_lease = self._bounded(leases.replace_namespaced_lease)

    def _bounded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def ask(*names: Any, **more: Any) -> Any:
            with asked(self._host, self._told, but=_LOCK_KNOWS):
                return function(*names, **more, _request_timeout=_REQUEST_SECONDS)

        return ask
