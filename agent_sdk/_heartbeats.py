"""One thread that says, every few seconds, which tasks are still being worked on."""

import logging
import threading
import time
from collections.abc import Callable

from agent_sdk._ratelimit import RateLimitedWarning

_logger = logging.getLogger("agent_sdk")


class Heartbeats:
    """Calls each registered function every `interval` seconds until it is removed."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._changed = threading.Condition()
        self._due: dict[Callable[[], None], float] = {}
        self._thread: threading.Thread | None = None
        self._closed = False
        self._warn = RateLimitedWarning(_logger)

    def add(self, beat: Callable[[], None]) -> None:
        """First call after one interval. The thread starts with the first one."""
        with self._changed:
            self._due[beat] = time.monotonic() + self._interval
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, daemon=True, name="agent-sdk-heartbeats"
                )
                self._thread.start()

    def remove(self, beat: Callable[[], None]) -> None:
        """No call after this one returns."""
        with self._changed:
            self._due.pop(beat, None)

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _run(self) -> None:
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                for beat in [beat for beat, due in self._due.items() if due <= now]:
                    try:
                        beat()
                    except Exception as error:
                        # One that fails must not silence the others, nor itself for good.
                        self._warn("a heartbeat failed: %s: %s", type(error).__name__, error)
                    self._due[beat] = now + self._interval
                nearest = min(self._due.values(), default=now + self._interval)
                # What is added later is due an interval later: no need to be woken for it.
                self._changed.wait(max(nearest - time.monotonic(), 0.01))
