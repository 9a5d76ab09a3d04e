"""One observer works, another waits."""

import logging
import threading
from pathlib import Path

import pytest

from query_service.observer.leader import locked
from tests.waiting import wait_until


def test_the_second_waits_until_the_first_ends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path, leads = tmp_path / "run" / "observer.lock", threading.Event()

    def second() -> None:
        with locked(path, threading.Event()) as held:
            if held:
                leads.set()

    with locked(path, threading.Event()) as held:
        assert held
        waiting = threading.Thread(target=second)
        waiting.start()
        wait_until(lambda: "standby" in caplog.text, 60)
        assert not leads.is_set()
    assert leads.wait(90)
    waiting.join(60)
    assert caplog.text.count("standby") == 1


def test_a_waiting_observer_can_be_stopped(tmp_path: Path) -> None:
    path, stop = tmp_path / "observer.lock", threading.Event()
    stop.set()
    with locked(path, threading.Event()), locked(path, stop) as held:
        assert not held
