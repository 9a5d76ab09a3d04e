"""Tells which jobs on tables have something to do: planning their statements is what they cost."""

import time
from collections.abc import Callable
from math import inf

from query_service.db import Database

MANY = 1_000
"""So many rows are worked out at once; queries work out fewer by themselves for a while."""
IDLE = 60.0
"""So long, in seconds, a job waits for which nothing arrived: it has but what expires to do."""


class Concern:
    """One look at what arrived, every `interval` s, for all jobs.

    A job is concerned when much arrived for it, and when it has not looked for `patience` s, or
    for IDLE when there is nothing.
    """

    def __init__(
        self,
        database: Database,
        interval: float,
        patience: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._interval = interval
        self._patience = patience
        self._clock = clock
        self._looked = -inf
        self._concerned: set[str] = set()

    def of(self, job: str, run: Callable[[], None]) -> Callable[[], None]:
        """`run`, but only when `job` is concerned. Raises what it raises, or Unavailable."""

        def run_when_concerned() -> None:
            self._look()
            if job in self._concerned:
                run()
                self._concerned.remove(job)

        return run_when_concerned

    def _look(self) -> None:
        now = self._clock()
        if now - self._looked < self._interval:
            return
        [seen] = self._database.rows("observer/look")
        self._looked = now
        self._concerned |= {
            job
            for job, arrived in seen["arrived"].items()
            if arrived >= MANY or seen["ages"].get(job, inf) >= self._wait(arrived)
        }

    def _wait(self, arrived: int) -> float:
        return self._patience if arrived else max(self._patience, IDLE)
