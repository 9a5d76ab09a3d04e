"""The objects of one kind in one namespace: listed once, and watched from then on."""

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from query_service.errors import AgentTelemetryError, Unavailable
from query_service.observer.k8s.api import Expired, Json, KubernetesApi

log = logging.getLogger(__name__)

Seen = TypeVar("Seen")

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_FIRST_LIST = 60.0


class Mirror(Generic[Seen]):
    """Keeps what `seen` makes of each object. `run` is to have a thread of its own."""

    def __init__(
        self, api: KubernetesApi, kind: str, namespace: str, seen: Callable[[Json], Seen]
    ) -> None:
        self._api = api
        self._kind = kind
        self._namespace = namespace
        self._seen = seen
        self._lock = threading.Lock()  # of all below
        self._objects: dict[str, Seen] = {}
        self._failure: AgentTelemetryError | None = None
        self._asked = threading.Event()

    def objects(self) -> list[Seen]:
        """What there is now; the first time it waits until that was asked for. Raises Unavailable
        or Forbidden when it is not known."""
        if not self._asked.wait(_FIRST_LIST):
            raise Unavailable(f"{self._kind} are not listed after {_FIRST_LIST:.0f} s")
        with self._lock:
            if self._failure is not None:  # anew: each raising would lengthen its traceback
                raise type(self._failure)(*self._failure.args)
            return list(self._objects.values())

    def run(self, stop: threading.Event) -> None:
        """Follow the objects until `stop` is set."""
        pause = _FIRST_PAUSE
        while not stop.is_set():
            try:
                version = self._list()
                while not stop.is_set():
                    version = self._watch(version, stop)
                    pause = _FIRST_PAUSE
            except Expired:  # what is known holds until it is listed anew, after the pause
                pass
            except AgentTelemetryError as error:
                self._failed(error)
            except Exception as error:  # were it to end by one, all would stand still for ever
                log.warning("cannot follow %s", self._kind, exc_info=True)
                self._failed(Unavailable(f"cannot follow {self._kind}: {error!r}"))
            stop.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _list(self) -> str:
        found, version = self._api.all_of(self._kind, self._namespace)
        objects = {item["metadata"]["uid"]: self._seen(item) for item in found}
        with self._lock:
            self._objects, self._failure = objects, None
        self._asked.set()
        return version

    def _failed(self, error: AgentTelemetryError) -> None:
        with self._lock:
            self._failure = error
        self._asked.set()

    def _watch(self, version: str, stop: threading.Event) -> str:
        """Follow for a while; the version reached."""
        for event, item in self._api.watch(self._kind, self._namespace, version):
            version = item["metadata"]["resourceVersion"]
            with self._lock:
                if event == "DELETED":
                    self._objects.pop(item["metadata"]["uid"], None)
                elif event != "BOOKMARK":
                    self._objects[item["metadata"]["uid"]] = self._seen(item)
            if stop.is_set():
                break
        return version
