"""A warning that says how often it was left out."""

import logging
from types import SimpleNamespace

import pytest

from agent_sdk import _ratelimit
from agent_sdk._ratelimit import RateLimitedWarning

_logger = logging.getLogger("tests.ratelimit")


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What these tests logged: threads of others may log meanwhile."""
    return [record.getMessage() for record in caplog.records if record.name == _logger.name]


def test_only_the_first_of_many_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    warn = RateLimitedWarning(_logger, every=3600)
    for number in range(1000):
        warn("lost %d", number)
    assert logged(caplog) == ["lost 0"]


def test_the_next_one_counts_those_left_out(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(_ratelimit, "time", SimpleNamespace(monotonic=lambda: now))
    warn = RateLimitedWarning(_logger, every=30)
    for _ in range(4):
        warn("lost %s", "one")
    now = 131.0
    warn("lost %s", "another")
    now = 162.0
    warn("lost %s", "a third")
    assert logged(caplog) == [
        "lost one",
        "lost another (3 more like it since the last warning)",
        "lost a third",
    ]
