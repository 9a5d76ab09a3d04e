"""The thread that says which tasks are still worked on."""

import threading

from agent_sdk._heartbeats import Heartbeats


def test_one_that_fails_silences_no_other() -> None:
    again = threading.Semaphore(0)

    def fail() -> None:
        raise RuntimeError("no room")

    beats = Heartbeats(0.05)
    try:
        beats.add(fail)
        beats.add(again.release)
        assert all(again.acquire(timeout=60) for _ in range(2))
    finally:
        beats.close()
