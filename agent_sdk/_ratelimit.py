"""A warning that does not fill the log when the same thing goes wrong a thousand times."""

import logging
import threading
import time


class RateLimitedWarning:
    """Logs at most one warning in `every` seconds, with the number of those left out."""

    def __init__(self, logger: logging.Logger, every: float = 30.0) -> None:
        self._logger = logger
        self._every = every
        self._lock = threading.Lock()
        self._last = float("-inf")
        self._left_out = 0

    def __call__(self, message: str, *args: object) -> None:
        with self._lock:
            if time.monotonic() - self._last < self._every:
                self._left_out += 1
                return
            left_out, self._left_out = self._left_out, 0
            self._last = time.monotonic()
        if left_out:
            message += f" ({left_out} more like it since the last warning)"
        self._logger.warning(message, *args)
