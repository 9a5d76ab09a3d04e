"""What pods use, as metrics.k8s.io tells it: nothing is added up of what is not told."""

import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest

from query_service.observer.k8s.api import Json, KubernetesApi
from query_service.observer.k8s.objects import usage
from query_service.observer.k8s.source import METRICS, KubernetesSource
from query_service.observer.sources import source_key

NAMES = {"namespace": "shop", "name": "coder-1"}


@pytest.mark.parametrize("used", [[], [{}], [{"memory": "1Ki"}], [{"cpu": "1"}, {}]])
def test_what_is_not_told_of_each_container_is_not_known(used: list[Json]) -> None:
    containers = [{"name": "c", "usage": one} for one in used]
    assert usage({"metadata": NAMES, "containers": containers})[2] is None


class Odd:
    """A cluster without anything, whose metrics are odd."""

    host = "https://cluster"

    def __init__(self, stop: threading.Event, items: list[Any]) -> None:
        self._stop = stop
        self._items = items

    def all_of(self, kind: str, namespace: str) -> tuple[list[Json], str]:
        """Nothing."""
        return [], "1"

    def watch(self, kind: str, namespace: str, version: str) -> Iterator[tuple[str, Json]]:
        """Nothing, for as long as it is watched."""
        self._stop.wait()
        return iter(())

    def metrics(self, namespace: str) -> list[Any]:
        """What is odd."""
        return self._items


@pytest.mark.parametrize(
    "odd",
    [{}, "x", {"metadata": NAMES, "containers": [{"usage": {"cpu": "much", "memory": "1"}}]}],
)
def test_odd_metrics_are_those_of_a_source_of_their_own(odd: Any) -> None:
    stop = threading.Event()
    api = cast(KubernetesApi, Odd(stop, [odd]))
    try:
        view = KubernetesSource(lambda: api, ["shop"], 30, stop).read()
    finally:
        stop.set()
    assert view.things[source_key(METRICS)]["state"] == "unreachable"
    assert not view.figures
