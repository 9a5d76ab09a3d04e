"""Looks at a source and records what it shows, and how the source itself is: away is a fact too."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol

from query_service.errors import AgentTelemetryError, Forbidden
from query_service.observer.otlp_metrics import NotRecorded
from query_service.observer.things import Key, News, Told, View

SOURCE = "agent_telemetry.source"
OK, UNREACHABLE, REFUSED, OFF = "ok", "unreachable", "refused", "off"


class Source(Protocol):
    """Where a view is read; raises Unavailable when it is away, Forbidden when it refuses."""

    def read(self) -> View: ...


class Sender(Protocol):
    """Where news are recorded; raises NotRecorded when they are not."""

    def send(self, news: News, observed_at: int) -> None: ...


class SourceJob:
    """One round: read, compare, send. What could not be sent is due again in the next round."""

    def __init__(self, source: Source, sender: Sender, keep_alive: float) -> None:
        self._source = source
        self._sender = sender
        self._told = Told(keep_alive)

    def run(self) -> None:
        """Raises Unavailable or Forbidden when the source or the Collector is away."""
        view = self._kept_alive(self._source.read())
        now = time.monotonic()
        news = self._told.news(view, now)
        self._sender.send(news, view.observed_at)
        self._told.remember(view, news, now)

    def _kept_alive(self, view: View) -> View:
        """The same; how a part of the source is says as well how long it may be silent."""
        every = {"keep_alive": self._told.keep_alive}
        parts = {k: {**told, **every} for k, told in view.things.items() if k.kind == SOURCE}
        return replace(view, things={**view.things, **parts})


class Off:
    """A source that is not looked at, which is a fact as well."""

    def __init__(self, name: str) -> None:
        self._things = {source_key(name): {"state": OFF}}

    def read(self) -> View:
        """That it is off."""
        return View(time.time_ns(), self._things)


class Witness:
    """Records how a source is, by how the job that looks at it ends."""

    def __init__(
        self, name: str, run: Callable[[], None], sender: Sender, keep_alive: float
    ) -> None:
        self._key = source_key(name)
        self._run = run
        self._sender = sender
        self._keep_alive = keep_alive
        self._told = Told(keep_alive)

    def run(self) -> None:
        """Run the job. Raises what it raises."""
        try:
            self._run()
        except NotRecorded:  # says nothing of the source
            raise
        except Exception as error:
            with suppress(NotRecorded):  # the job's own failure is the one to be told
                self._tell(state(error))
            raise
        self._tell({"state": OK})

    def _tell(self, seen: dict[str, Any]) -> None:
        seen["keep_alive"] = self._keep_alive  # so long it may be silent
        view = View(time.time_ns(), {self._key: seen})
        now = time.monotonic()
        news = self._told.news(view, now)
        self._sender.send(news, view.observed_at)
        self._told.remember(view, news, now)


def source_key(name: str) -> Key:
    """What a source is recorded by."""
    return Key(SOURCE, name, name)


def state(error: Exception) -> dict[str, Any]:
    """How a source is that failed so."""
    message = str(error) if isinstance(error, AgentTelemetryError) else repr(error)
    return {
        "state": REFUSED if isinstance(error, Forbidden) else UNREACHABLE,
        "message": message[:500],
    }
