"""Jobs on their own intervals."""

import logging
import threading

import pytest

from query_service.observer import schedule
from query_service.observer.schedule import LONGEST_BACKOFF, Job, pause, repeat, run_jobs
from tests.waiting import wait_until


def job(interval: float = 5.0) -> Job:
    return Job("job", lambda: None, interval, rest=9)


@pytest.mark.parametrize(
    ("took", "failures", "seconds"),
    [
        (0.1, 0, 5.0),
        (2.0, 0, 18.0),
        (2.0, 1, 10.0),
        (0.1, 2, 20.0),
        (0.1, 1_000_000, LONGEST_BACKOFF),
    ],
)
def test_pause(took: float, failures: int, seconds: float) -> None:
    assert pause(job(), took, failures) == seconds


def test_a_backoff_never_makes_a_slow_job_faster() -> None:
    assert pause(job(interval=60), 0.1, 3) == 60


def test_an_outage_is_logged_when_it_begins_and_when_it_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    stop = threading.Event()
    outcomes = iter([ConnectionError("away"), ConnectionError("still"), None])

    def run() -> None:
        outcome = next(outcomes)
        if outcome:
            raise outcome

    repeat(Job("kafka", run, 0.001), stop, lambda _: stop.set())
    logged = [record for record in caplog.records if record.name == schedule.__name__]
    begin, end = (record.getMessage() for record in logged)
    assert begin.startswith("kafka fails since ") and "away" in begin
    assert begin.split()[3].rstrip(":") in end, "the end names the begin"
    assert "2 runs" in end


def test_one_failing_job_does_not_stop_the_others_and_ready_comes_once_all_succeeded() -> None:
    stop, ready, good_runs = threading.Event(), [], []
    broken = threading.Event()
    broken.set()

    def bad() -> None:
        if broken.is_set():
            raise RuntimeError("broken")

    jobs = [Job("good", lambda: good_runs.append(1), 0.01), Job("bad", bad, 0.01)]
    runner = threading.Thread(target=run_jobs, args=(jobs, stop, lambda: ready.append(1)))
    runner.start()
    wait_until(lambda: len(good_runs) > 3, 60)
    assert not ready
    broken.clear()
    wait_until(lambda: ready, 60)
    wait_until(lambda: len(good_runs) > 10, 60)
    stop.set()
    runner.join(60)
    assert ready == [1]


def test_a_job_in_the_middle_does_not_hold_up_the_end() -> None:
    stop, busy, never = threading.Event(), threading.Event(), threading.Event()

    def run() -> None:
        busy.set()
        never.wait(600)

    runner = threading.Thread(target=run_jobs, args=([Job("long", run, 1)], stop, lambda: None))
    runner.start()
    assert busy.wait(60)
    stop.set()
    runner.join(60)
    assert not runner.is_alive()
    never.set()
