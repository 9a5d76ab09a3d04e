"""Logs as JSON lines, without anything that was sent or stored.

Keys, prompts and payloads come in headers, addresses, bodies and SQL, and from there into the texts
of errors. So an error is logged by its type, its code and the lines of code it came through, and a
request by its route.
"""

import logging
import traceback
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

# What they tell is raised, or sent back, as well; some of them with whole addresses.
_QUIET = ("clickhouse_connect", "urllib3", "httpx", "httpcore", "kafka", "flask_cors")
_Error = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(JsonFormatter):
    """A JSON object for each record: time, level, logger, message, and what was given as extra."""

    def __init__(self) -> None:
        super().__init__(
            "{levelname}{name}{message}",
            style="{",
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "error"},
            timestamp="time",
        )

    def formatException(self, ei: _Error) -> str:
        """Types, codes and places of an error and of what led to it; no texts."""
        told, error = [], ei[1]
        while error is not None:
            code = getattr(error, "code", None)
            told.append(type(error).__name__ + (f" {code}" if isinstance(code, int) else ""))
            for frame in traceback.extract_tb(error.__traceback__):
                told.append(f"  {frame.filename}:{frame.lineno} {frame.name}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(told)


class WithoutRequests(logging.Filter):
    """Takes out of gunicorn's records what a client sent: it logs addresses and broken headers."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: the record stays."""
        for told in ("Error handling request", "Invalid request"):
            if record.msg.startswith(told):
                record.msg, record.args = told, ()
        return True


def configuration(level: str = "INFO") -> dict[str, Any]:
    """For `logging.config.dictConfig`: everything to the standard error, ours from `level` on."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": Formatter}},
        "filters": {"requests": {"()": WithoutRequests}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json",
                "filters": ["requests"],
            }
        },
        "root": {"level": "WARNING", "handlers": ["stderr"]},
        "loggers": {
            "query_service": {"level": level},
            "gunicorn.error": {"level": "WARNING", "handlers": ["stderr"], "propagate": False},
            **{name: {"level": "CRITICAL"} for name in _QUIET},
        },
    }
