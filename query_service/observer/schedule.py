"""Runs each job on its own interval, in its own thread.

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


@dataclass(frozen=True)
class Job:
    """Something to do every `interval` seconds; it raises when it could not.

    It rests `rest` times as long as it took: with 9 it takes a tenth of the time at most.
    """

    name: str
    run: Callable[[], None]
    interval: float
    rest: float = 0


def pause(job: Job, took: float, failures: int) -> float:
    """Seconds until the next run, after one that took `took` s and `failures` failed in a row."""
    if failures:
        return max(job.interval, min(LONGEST_BACKOFF, job.interval * 2.0 ** min(failures, 10)))
    return max(job.interval, took * job.rest)


def repeat(job: Job, stop: threading.Event, succeeded: Callable[[str], None]) -> None:
    """Run the job until `stop` is set. An outage is logged when it begins and when it ends."""
    failures, since = 0, datetime.now(UTC)
    while not stop.is_set():
        started = time.monotonic()
        try:
            job.run()
        except Exception as error:
            if not failures:
                since = datetime.now(UTC)
                what = shorten(repr(error), 300)
                log.error("%s fails since %s: %s", job.name, since.isoformat("T", "seconds"), what)
            log.debug("%s failed", job.name, exc_info=True)
            failures += 1
        else:
            if failures:
                log.info(
                    "%s works again; it had failed since %s (%d runs)",
                    job.name,
                    since.isoformat("T", "seconds"),
                    failures,
                )
            failures = 0
            succeeded(job.name)
        stop.wait(pause(job, time.monotonic() - started, failures))


def run_jobs(jobs: Sequence[Job], stop: threading.Event, ready: Callable[[], None]) -> None:
    """Run all jobs until `stop` is set; calls `ready` once, when each has succeeded once.

    Returns within 1 s of `stop`: a job in the middle of a query is left to end with the process,
    since whatever a job does can be cut off and done again.
    """
    missing, lock = {job.name for job in jobs}, threading.Lock()

    def succeeded(name: str) -> None:
        with lock:
            first = name in missing
            missing.discard(name)
            if first and not missing:
                ready()

    threads = [
        threading.Thread(target=repeat, args=(job, stop, succeeded), name=job.name, daemon=True)
        for job in jobs
    ]
    for thread in threads:
        thread.start()
    stop.wait()
    deadline = time.monotonic() + 1
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
