"""record_error: one report for each failure, with all that is known about it."""

import json
from typing import Any

import pytest
from opentelemetry._logs import SeverityNumber
from opentelemetry.sdk.trace import ReadableSpan

import agent_sdk
from agent_sdk import DetailedError, ErrorCategory, ErrorSeverity
from tests.agent_sdk.conftest import Recorded

_FIELDS_OF_EXISTING_READERS = {
    "error_id", "severity", "category", "error_type", "error_message", "error_code",
    "stack_trace", "trace_id", "span_id", "agent_name", "agent_id", "operation", "input_data",
    "partial_output", "model_name", "prompt_preview", "token_count", "tool_name",
    "tool_parameters", "timestamp", "duration_before_error_ms", "is_retryable", "retry_count",
    "max_retries", "suggested_fixes", "related_docs", "environment", "service_name", "host",
}  # fmt: skip


def _spans(recorded: Recorded) -> dict[str, ReadableSpan]:
    return {span.name: span for span in recorded.spans()}


def _errors(recorded: Recorded) -> list[dict[str, Any]]:
    return [json.loads(event.body) for event in recorded.events("exception")]


def test_one_report_on_the_way_up(recorded: Recorded) -> None:
    with (
        pytest.raises(ConnectionError),
        agent_sdk.agent("writer"),
        agent_sdk.task("collect"),
        agent_sdk.tool("search", {"query": "tea"}),
    ):
        raise ConnectionError("index is away")
    (error,) = _errors(recorded)
    spans = _spans(recorded)
    assert set(error) == _FIELDS_OF_EXISTING_READERS
    assert error["category"] == "network_error"
    assert error["is_retryable"] is True
    assert error["operation"] == "tool_call:search"
    assert error["tool_name"] == "search"
    assert error["agent_name"] == "writer"
    assert error["span_id"] == format(spans["execute_tool search"].context.span_id, "016x")
    assert "test_one_report_on_the_way_up" in error["stack_trace"]
    assert error["duration_before_error_ms"] >= 0
    for span in spans.values():
        assert not span.status.is_ok
        assert (span.attributes or {})["error.type"] == "ConnectionError"


def test_another_exception_is_another_report(recorded: Recorded) -> None:
    with pytest.raises(RuntimeError), agent_sdk.agent("writer"):
        try:
            with agent_sdk.tool("search"):
                raise KeyError("q")
        except KeyError as cause:
            raise RuntimeError("no page") from cause
    tool, whole = _errors(recorded)
    assert (tool["error_type"], whole["error_type"]) == ("KeyError", "RuntimeError")
    assert "KeyError: 'q'" in whole["stack_trace"]


def test_the_event_around_the_report(recorded: Recorded) -> None:
    report = agent_sdk.record_error(MemoryError("full"))
    (event,) = recorded.events()
    assert event.event_name == "exception"
    assert event.severity_number is SeverityNumber.FATAL
    found = dict(event.attributes or {})
    assert found["agent_telemetry.error.id"] == report.error_id
    assert found["exception.type"] == "MemoryError"
    assert found["exception.message"] == "full"
    assert found["gen_ai.agent.name"] == "Tester"
    assert isinstance(event.body, str)
    assert DetailedError.model_validate_json(event.body) == report


def test_the_caller_knows_better(recorded: Recorded) -> None:
    report = agent_sdk.record_error(
        ValueError("odd"),
        category=ErrorCategory.CONFIG,
        severity=ErrorSeverity.INFO,
        operation="start",
        retryable=True,
        suggested_fixes=["Set COLOUR."],
    )
    assert (report.category, report.severity) == (ErrorCategory.CONFIG, ErrorSeverity.INFO)
    assert (report.operation, report.is_retryable) == ("start", True)
    assert report.suggested_fixes == ["Set COLOUR."]
    assert recorded.events()[0].severity_number is SeverityNumber.INFO


def test_the_same_object_is_reported_once(recorded: Recorded) -> None:
    error = ValueError("odd")
    assert agent_sdk.record_error(error) is agent_sdk.record_error(error)
    agent_sdk.record_error(ValueError("odd"))
    assert len(_errors(recorded)) == 2


class _Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("not even this")


class _Slots(Exception):
    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(name)


@pytest.mark.parametrize("error", [_Unspeakable(), _Slots("x"), ValueError("\ud800"), Exception()])
def test_odd_exceptions_are_reported_too(recorded: Recorded, error: Exception) -> None:
    agent_sdk.record_error(error)
    (report,) = _errors(recorded)
    assert report["error_type"] == type(error).__qualname__


def test_an_odd_exception_leaves_a_span_as_it_is(recorded: Recorded) -> None:
    with pytest.raises(_Unspeakable), agent_sdk.agent():
        raise _Unspeakable
    assert len(_errors(recorded)) == 1
    assert "invoke_agent Tester" in _spans(recorded)
