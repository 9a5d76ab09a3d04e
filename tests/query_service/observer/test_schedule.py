"""Jobs on their own intervals."""

import logging
import threading
import time
from collections.abc import Callable

import pytest

from query_service.observer import schedule
from query_service.observer.schedule import (
    LONGEST_BACKOFF,
    LONGEST_REST,
    Job,
    Lane,
    pause,
    repeat,
    rest,
    run_lanes,
)
from tests.waiting import wait_until


def job(interval: float = 5.0) -> Job:
    return Job("job", lambda: None, interval)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 5.0), (1, 10.0), (2, 20.0), (1_000_000, LONGEST_BACKOFF)]
)
def test_pause(failures: int, seconds: float) -> None:
    assert pause(job(), failures) == seconds


def test_a_backoff_never_makes_a_slow_job_faster() -> None:
    assert pause(job(interval=60), 3) == 60


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

    repeat(Lane([Job("kafka", run, 0.001)]), stop, lambda _: stop.set())
    logged = [record for record in caplog.records if record.name == schedule.__name__]
    begin, end = (record.getMessage() for record in logged)
    assert begin.startswith("kafka fails since ") and "away" in begin
    assert begin.split()[3].rstrip(":") in end, "the end names the begin"
    assert "2 runs" in end


@pytest.mark.parametrize("together", [True, False])
def test_one_failing_job_does_not_stop_the_others_and_ready_comes_once_all_succeeded(
    together: bool,
) -> None:
    stop, ready, good_runs = threading.Event(), [], []
    broken = threading.Event()
    broken.set()

    def bad() -> None:
        if broken.is_set():
            raise RuntimeError("broken")

    jobs = [Job("good", lambda: good_runs.append(1), 0.01), Job("bad", bad, 0.01)]
    lanes = [Lane(jobs)] if together else [Lane([job]) for job in jobs]
    runner = threading.Thread(target=run_lanes, args=(lanes, stop, lambda: ready.append(1)))
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

    lanes = [Lane([Job("long", run, 1)])]
    runner = threading.Thread(target=run_lanes, args=(lanes, stop, lambda: None))
    runner.start()
    assert busy.wait(90)
    stop.set()
    runner.join(60)
    assert not runner.is_alive()
    never.set()


def test_jobs_of_a_lane_take_turns_and_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, stop, runs = [0.0], Stop(), []
    stop.clock = clock
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    def run(name: str) -> Callable[[], None]:
        def job() -> None:
            runs.append((name, clock[0]))
            clock[0] += 2

        return job

    jobs = [Job(name, run(name), 5) for name in "abc"]
    repeat(Lane(jobs, share=0.2), stop, lambda _: stop.set() if len(runs) == 7 else None)
    assert [name for name, _ in runs] == list("abcabca")
    # The first of each are wanted at once: no rest between them.
    assert [started for _, started in runs] == [0, 2, 4, 7, 17, 27, 37]


class Stop(threading.Event):
    """Sets a clock forward instead of waiting."""

    clock: list[float]

    def wait(self, timeout: float | None = None) -> bool:
        self.clock[0] += timeout or 0
        return self.is_set()


def test_a_rest_keeps_to_the_share_but_ends_after_a_while() -> None:
    assert rest(1, 0.2) == 4
    assert rest(5, 1) == 0
    assert rest(60, 0.2) == LONGEST_REST
