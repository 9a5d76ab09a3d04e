"""Waiting for a condition instead of sleeping."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 90.0
"""Seconds that every condition gets: a busy machine is no failure, and only failures cost time."""


def wait_until(condition: Callable[[], T], timeout: float = PATIENCE, every: float = 0.1) -> T:
    """Call `condition` until its result is true and return that result.

    `timeout` and `every` are seconds; no condition gets less than PATIENCE.
    Raises TimeoutError with the last result.
    """
    timeout = max(timeout, PATIENCE)
    deadline = time.monotonic() + timeout
    while not (result := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"still {result!r} after {timeout} s")
        time.sleep(every)
    return result
