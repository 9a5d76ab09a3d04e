"""Log lines are JSON, and tell nothing that was sent."""

import json
import logging
from collections.abc import Iterator

import pytest

from query_service.telemetry import logs

SECRET = "prompt-4711"


@pytest.fixture
def line() -> Iterator[logging.LogRecord]:
    """A record of an error with secrets in its texts."""
    try:
        try:
            int(SECRET)
        except ValueError as error:
            raise KeyError(SECRET) from error
    except KeyError as error:
        info = (KeyError, error, error.__traceback__)
        record = logging.LogRecord("query_service.x", logging.ERROR, "x", 1, "failed", (), info)
        record.who = "ci"
        yield record


def test_an_error_is_told_by_types_and_places(line: logging.LogRecord) -> None:
    text = logs.Formatter().format(line)
    told = json.loads(text)
    assert told["level"] == "ERROR"
    assert told["logger"] == "query_service.x"
    assert told["message"] == "failed"
    assert told["who"] == "ci"
    assert told["time"].startswith("20")
    assert "KeyError" in told["error"] and "ValueError" in told["error"]
    assert "test_logs.py" in told["error"]
    assert SECRET not in text


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        (f"Invalid request from ip=10.0.0.1: {SECRET}", ()),
        ("Error handling request %s", (f"/x?{SECRET}",)),
        ("Error handling request %s %s", ("GET", SECRET)),
    ],
)
def test_gunicorn_tells_no_request(message: str, arguments: tuple[str, ...]) -> None:
    record = logging.LogRecord("gunicorn.error", logging.ERROR, "x", 1, message, arguments, None)
    assert logs.WithoutRequests().filter(record)
    assert record.getMessage() == message.split(" from ")[0].split(" %s")[0]
