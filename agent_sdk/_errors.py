"""record_error: a failure with all that is needed to understand it, told at once."""

import os
import socket
import time
import traceback
from datetime import UTC, datetime

from opentelemetry import trace
from opentelemetry._logs import SeverityNumber
from opentelemetry.semconv.attributes.exception_attributes import (
    EXCEPTION_MESSAGE,
    EXCEPTION_STACKTRACE,
    EXCEPTION_TYPE,
)
from pydantic import BaseModel, ConfigDict, Field

from agent_sdk import _attributes, _events
from agent_sdk._classify import ErrorCategory, ErrorSeverity, classify
from agent_sdk._context import Step, current_agent, current_step, current_work
from agent_sdk._messages import UtcTime, new_id, unicode
from agent_sdk._telemetry import telemetry

_MAX_STACK = 64 * 1024
_MAX_MESSAGE = 8 * 1024
_RECORDED = "_agent_sdk_recorded"
_OTEL_SEVERITY = {
    ErrorSeverity.CRITICAL: SeverityNumber.FATAL,
    ErrorSeverity.ERROR: SeverityNumber.ERROR,
    ErrorSeverity.WARNING: SeverityNumber.WARN,
    ErrorSeverity.INFO: SeverityNumber.INFO,
}


class DetailedError(BaseModel):
    """One failure, as it is stored; the fields are those of the topic agent-telemetry-errors."""

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    error_id: str = Field(default_factory=new_id)
    severity: ErrorSeverity
    category: ErrorCategory
    error_type: str
    error_message: str
    error_code: str | None = None
    stack_trace: str | None = None
    trace_id: str | None = None
    span_id: str | None = None
    agent_name: str | None = None
    agent_id: str | None = None
    operation: str | None = None
    input_data: dict[str, object] = {}
    partial_output: object = None
    model_name: str | None = None
    prompt_preview: str | None = None
    token_count: int | None = None
    tool_name: str | None = None
    tool_parameters: dict[str, object] = {}
    timestamp: UtcTime = Field(default_factory=lambda: datetime.now(UTC))
    duration_before_error_ms: float | None = None
    """Since the start of the innermost step."""
    is_retryable: bool
    retry_count: int = 0
    max_retries: int = 3
    suggested_fixes: list[str]
    related_docs: list[str] = []
    environment: str
    service_name: str
    host: str | None = None


def record_error(
    error: BaseException,
    *,
    category: ErrorCategory | None = None,
    severity: ErrorSeverity | None = None,
    operation: str | None = None,
    retryable: bool | None = None,
    retry_count: int | None = None,
    max_retries: int = 3,
    suggested_fixes: list[str] | None = None,
) -> DetailedError:
    """Report a failure at once, with its stack trace, and return what was reported.

    **Usage**:

        try:
            answer = ask(question)
        except TimeoutError as error:
            agent_sdk.record_error(error, retry_count=attempt)

    What is not given is found by the type of the error, the step that it left (a tool, a model
    call, ...) and the attempt of the message being worked on. Spans and `delivery.process()`
    call this for what passes through them; the same exception object is reported once, later
    calls return the first report.
    """
    first = getattr(error, _RECORDED, None)
    if isinstance(first, DetailedError):
        return first
    step = current_step.get()
    work = current_work.get()
    if retry_count is None:
        retry_count = work.attempt - 1 if work else 0
    verdict = classify(error, step.kind if step else None)
    detailed = _describe(error, step).model_copy(
        update={
            "category": category or verdict.category,
            "severity": severity or verdict.severity,
            "operation": operation or (step.operation if step else None),
            "is_retryable": verdict.retryable if retryable is None else retryable,
            "retry_count": retry_count,
            "max_retries": max_retries,
            "suggested_fixes": suggested_fixes or list(verdict.fixes),
        }
    )
    _remember(error, detailed)
    _events.emit(
        _attributes.EVENT_EXCEPTION,
        {
            _attributes.ERROR_ID: detailed.error_id,
            EXCEPTION_TYPE: detailed.error_type,
            EXCEPTION_MESSAGE: detailed.error_message,
            EXCEPTION_STACKTRACE: detailed.stack_trace or "",
        },
        body=detailed.model_dump_json(fallback=str),
        severity=_OTEL_SEVERITY[detailed.severity],
    )
    return detailed


def _describe(error: BaseException, step: Step | None) -> DetailedError:
    now = telemetry()
    span = trace.get_current_span().get_span_context()
    code = getattr(error, "code", None) or getattr(error, "errno", None)
    return DetailedError(
        severity=ErrorSeverity.ERROR,
        category=ErrorCategory.UNKNOWN,
        error_type=type(error).__qualname__,
        error_message=error_text(error)[:_MAX_MESSAGE],
        error_code=str(code) if isinstance(code, (str, int)) else None,
        stack_trace=unicode("".join(traceback.format_exception(error)))[-_MAX_STACK:],
        trace_id=trace.format_trace_id(span.trace_id) if span.is_valid else None,
        span_id=trace.format_span_id(span.span_id) if span.is_valid else None,
        agent_name=current_agent.get() or now.agent_name,
        model_name=step.model if step else None,
        prompt_preview=step.prompt_preview if step else None,
        tool_name=step.tool if step else None,
        tool_parameters=(step.tool_parameters if step else None) or {},
        duration_before_error_ms=(
            round((time.monotonic() - step.started) * 1000, 3) if step else None
        ),
        is_retryable=False,
        suggested_fixes=[],
        environment=now.settings.agent_environment,
        service_name=now.service_name,
        host=os.environ.get("HOSTNAME") or socket.gethostname(),
    )


def error_text(error: BaseException) -> str:
    """Its message; an exception whose own `__str__` fails must not hide behind that failure."""
    try:
        return unicode(str(error))
    except Exception as broken:
        return f"<message of the exception failed: {type(broken).__name__}>"


def _remember(error: BaseException, detailed: DetailedError) -> None:
    try:
        setattr(error, _RECORDED, detailed)
    except AttributeError:
        # A class with __slots__ and a __setattr__ of its own: reported again at the next span.
        return
