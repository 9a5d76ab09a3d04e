"""A mirror tells what it knows, and why it knows nothing, whatever the server does."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from query_service.errors import Forbidden, Unavailable
from query_service.observer.k8s import mirror as mirror_module
from query_service.observer.k8s.api import Expired, Json, KubernetesApi
from query_service.observer.k8s.mirror import Mirror
from tests.waiting import wait_until


class Server(KubernetesApi):
    """Answers lists and watches in the order given; a watch without an answer stays silent."""

    def __init__(self, *answers: Any) -> None:
        self._answers = iter(answers)
        self.asked: list[str] = []
        self.over = threading.Event()

    def all_of(self, kind: str, namespace: str) -> tuple[list[Json], str]:
        """The next answer."""
        self.asked.append("list")
        found = next(self._answers)
        if isinstance(found, Exception):
            raise found
        return [pod(name) for name in found], "1"

    def watch(self, kind: str, namespace: str, version: str) -> Iterator[tuple[str, Json]]:
        """The next answer."""
        self.asked.append(f"watch {version}")
        for event in next(self._answers, self._silence()):
            if isinstance(event, Exception):
                raise event
            yield event

    def _silence(self) -> Iterator[Any]:
        self.over.wait()
        yield from ()


def pod(name: str, version: str = "1") -> Json:
    return {"metadata": {"uid": name, "name": name, "resourceVersion": version}}


@pytest.fixture
def follow() -> Iterator[Callable[[Server], Mirror[str]]]:
    stop = threading.Event()
    servers = []

    def start(server: Server) -> Mirror[str]:
        servers.append(server)
        mirror = Mirror(server, "Pod", "shop", lambda item: str(item["metadata"]["name"]))
        threading.Thread(target=mirror.run, args=(stop,), daemon=True).start()
        return mirror

    yield start
    stop.set()
    for server in servers:
        server.over.set()


def test_changes_are_followed_over_the_ends_of_watches(
    follow: Callable[[Server], Mirror[str]],
) -> None:
    server = Server(
        ["a", "b"],
        [("ADDED", pod("c", "2")), ("DELETED", pod("a", "3"))],
        [("BOOKMARK", {"metadata": {"resourceVersion": "9"}})],
    )
    mirror = follow(server)
    wait_until(lambda: sorted(mirror.objects()) == ["b", "c"])
    wait_until(lambda: server.asked == ["list", "watch 1", "watch 3", "watch 9"])


def test_a_version_that_the_server_forgot_is_listed_anew_ever_less_often(
    follow: Callable[[Server], Mirror[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror_module, "_FIRST_PAUSE", 0.2)
    server = Server(["a"], [Expired("too old")], ["b"], [Expired("too old")], ["c"])
    began = time.monotonic()
    mirror = follow(server)
    wait_until(lambda: mirror.objects() == ["c"], every=0.01)
    assert time.monotonic() - began >= 0.2 + 0.4
    assert server.asked[:5] == ["list", "watch 1", "list", "watch 1", "list"]


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (Unavailable("away"), "away"),
        (Forbidden("no right"), "no right"),
        (KeyError("metadata"), "cannot follow Pod: KeyError('metadata')"),
    ],
)
def test_why_nothing_is_known(
    follow: Callable[[Server], Mirror[str]], failure: Exception, says: str
) -> None:
    mirror = follow(Server(failure, ["a"], [("ADDED", pod("b"))]))
    assert mirror_says(mirror) == says
    wait_until(lambda: mirror_says(mirror) == ["a", "b"])


def mirror_says(mirror: Mirror[str]) -> list[str] | str:
    try:
        return sorted(mirror.objects())
    except (Unavailable, Forbidden) as error:
        return str(error)
