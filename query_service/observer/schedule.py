"""Runs jobs on their own intervals, those of a lane one after the other.

APScheduler was weighed: its stores, triggers and executors are not needed, and the rest after a
long run, the backoff and the one log line for each outage would be code on top of it.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from textwrap import shorten

log = logging.getLogger(__name__)

LONGEST_BACKOFF = 30.0
LONGEST_REST = 30.0
"""After a long run, which works off what an outage has left, there is more to be done."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Job:
    """Something to do every `interval` seconds; it raises when it could not.

    The observer is ready without one that is not needed: its source may be away for long.
    """

    name: str
    run: Callable[[], None]
    interval: float
    is_needed: bool = True


@dataclass(frozen=True)
class Lane:
    """Jobs that share a thread, and so never run at once: whoever waits longest is next.

    After each run the lane rests until it has taken no more than `share` of the time, or for
    LONGEST_REST.
    """

    jobs: Sequence[Job]
    share: float = 1


@dataclass
class _Turn:
    """A job and when it is due; how often it failed in a row, and since when."""

    job: Job
    due: float = 0
    failures: int = 0
    since: datetime = EPOCH

    def take(self) -> bool:
        """Run the job; whether it succeeded. An outage is logged when it begins and ends."""
        try:
            self.job.run()
        except Exception as error:
            self._failed(error)
        else:
            self._succeeded()
        self.due = time.monotonic() + pause(self.job, self.failures)
        return not self.failures

    def _failed(self, error: Exception) -> None:
        name = self.job.name
        if not self.failures:
            self.since = datetime.now(UTC)
            what = shorten(repr(error), 300)
            log.error("%s fails since %s: %s", name, self.since.isoformat("T", "seconds"), what)
        log.debug("%s failed", name, exc_info=True)
        self.failures += 1

    def _succeeded(self) -> None:
        if self.failures:
            log.info(
                "%s works again; it had failed since %s (%d runs)",
                self.job.name,
                self.since.isoformat("T", "seconds"),
                self.failures,
            )
        self.failures = 0


def pause(job: Job, failures: int) -> float:
    """Seconds until the next run, when `failures` failed in a row."""
    if failures:
        return max(job.interval, min(LONGEST_BACKOFF, job.interval * 2.0 ** min(failures, 10)))
    return job.interval


def repeat(lane: Lane, stop: threading.Event, succeeded: Callable[[str], None]) -> None:
    """Run the lane's jobs until `stop` is set."""
    turns = [_Turn(job) for job in lane.jobs]
    while True:
        turn = min(turns, key=lambda turn: turn.due)
        if stop.wait(max(0.0, turn.due - time.monotonic())):
            return
        is_first = not turn.due
        started = time.monotonic()
        if turn.take():
            succeeded(turn.job.name)
        # At the start every job is wanted at once: the whole stack waits for them.
        stop.wait(0 if is_first else rest(time.monotonic() - started, lane.share))


def rest(took: float, share: float) -> float:
    """Seconds until a lane goes on after a run of `took` s."""
    return min(LONGEST_REST, took * (1 / share - 1))


def run_lanes(lanes: Sequence[Lane], stop: threading.Event, ready: Callable[[], None]) -> None:
    """Run all lanes until `stop` is set; calls `ready` once, when each job that is needed has
    succeeded once.

    Returns within 1 s of `stop`: a job in the middle of a query is left to end with the process,
    since whatever a job does can be cut off and done again.
    """
    missing = {job.name for lane in lanes for job in lane.jobs if job.is_needed}
    lock = threading.Lock()

    def succeeded(name: str) -> None:
        with lock:
            first = name in missing
            missing.discard(name)
            if first and not missing:
                ready()

    threads = [
        threading.Thread(
            target=repeat, args=(lane, stop, succeeded), name=lane.jobs[0].name, daemon=True
        )
        for lane in lanes
    ]
    for thread in threads:
        thread.start()
    stop.wait()
    deadline = time.monotonic() + 1
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
