"""From exceptions to category, severity and retryability."""

import subprocess

import httpx
import pytest
from kafka.errors import KafkaTimeoutError

from agent_sdk import ErrorCategory, ErrorSeverity, QueueFull, SendFailed
from agent_sdk._classify import classify


class RateLimitError(Exception):
    """As model clients have it."""


class ContextLengthExceeded(Exception):
    """As model clients have it."""


class SchemaError(Exception):
    """As validators have it."""


class OutOfMemory(MemoryError):
    """A class of one's own over a built-in one."""


def _status(code: int) -> httpx.HTTPStatusError:
    request = httpx.Request("POST", "http://model/v1/chat")
    return httpx.HTTPStatusError("no", request=request, response=httpx.Response(code))


@pytest.mark.parametrize(
    ("error", "category", "retryable"),
    [
        (RateLimitError(), ErrorCategory.LLM, True),
        (ContextLengthExceeded(), ErrorCategory.LLM, False),
        (TimeoutError(), ErrorCategory.TIMEOUT, True),
        (httpx.ReadTimeout("late"), ErrorCategory.TIMEOUT, True),
        (subprocess.TimeoutExpired("ls", 1), ErrorCategory.TIMEOUT, True),
        (ConnectionRefusedError(), ErrorCategory.NETWORK, True),
        (httpx.ConnectError("away"), ErrorCategory.NETWORK, True),
        (SchemaError(), ErrorCategory.VALIDATION, False),
        (UnicodeDecodeError("utf-8", b"", 0, 1, "x"), ErrorCategory.VALIDATION, False),
        (MemoryError(), ErrorCategory.RESOURCE, False),
        (OutOfMemory(), ErrorCategory.RESOURCE, False),
        (ModuleNotFoundError(), ErrorCategory.CONFIG, False),
        (QueueFull(), ErrorCategory.HANDOFF, True),
        (SendFailed(), ErrorCategory.HANDOFF, True),
        (KafkaTimeoutError(), ErrorCategory.HANDOFF, True),
        (RuntimeError(), ErrorCategory.UNKNOWN, False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_by_class(error: Exception, category: ErrorCategory, retryable: bool) -> None:
    verdict = classify(error, None)
    assert (verdict.category, verdict.retryable) == (category, retryable)
    assert verdict.fixes


@pytest.mark.parametrize(
    ("code", "category", "retryable"),
    [
        (429, ErrorCategory.LLM, True),
        (401, ErrorCategory.CONFIG, False),
        (403, ErrorCategory.CONFIG, False),
        (400, ErrorCategory.VALIDATION, False),
        (503, ErrorCategory.NETWORK, True),
    ],
)
def test_by_http_status(code: int, category: ErrorCategory, retryable: bool) -> None:
    verdict = classify(_status(code), None)
    assert (verdict.category, verdict.retryable) == (category, retryable)


@pytest.mark.parametrize(
    ("kind", "category"),
    [
        ("tool", ErrorCategory.TOOL),
        ("llm_call", ErrorCategory.LLM),
        ("agent", ErrorCategory.AGENT),
        ("planning", ErrorCategory.AGENT),
        ("handoff", ErrorCategory.HANDOFF),
        (None, ErrorCategory.UNKNOWN),
    ],
)
def test_what_no_rule_knows_comes_from_its_step(kind: str | None, category: ErrorCategory) -> None:
    assert classify(StopAsyncIteration("x"), kind).category is category


def test_severities() -> None:
    assert classify(MemoryError(), None).severity is ErrorSeverity.CRITICAL
    assert classify(ValueError(), None).severity is ErrorSeverity.ERROR
