"""The spans and error reports that the SDK would make of an agent's work."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as genai
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.semconv.attributes.exception_attributes import (
    EXCEPTION_MESSAGE,
    EXCEPTION_STACKTRACE,
    EXCEPTION_TYPE,
)

from agent_sdk import _attributes as names
from tests.faults.engine import Loop
from tests.faults.records import Attributes, Event, Failure, Message, Span, utc

if TYPE_CHECKING:
    from tests.faults.agent import Agent

INTERNAL, CLIENT, PRODUCER, CONSUMER = 1, 3, 4, 5
ENVIRONMENT = "production"
Place = tuple[str, str]
"""Trace and span."""


@dataclass
class Spans:
    """The open spans of the work on a message, or on an idea."""

    agent: "Agent"
    message: Message | None
    open: list[Span] = field(default_factory=list)
    conversation: str = ""

    def __post_init__(self) -> None:
        if self.message is not None:
            self.conversation = self.message.conversation_id

    @property
    def loop(self) -> Loop:
        return self.agent.loop

    @property
    def place(self) -> Place:
        """Where its events belong."""
        if not self.open:
            return (self.message.trace_id or "" if self.message else ""), ""
        return self.open[0].trace_id, self.open[0].span_id

    @contextmanager
    def span(
        self,
        name: str,
        kind: str,
        attributes: Attributes,
        otel_kind: int = INTERNAL,
        parent: tuple[str, str] | None = None,
    ) -> Iterator[Span]:
        """An open span; one that a kill cuts off is never exported."""
        if self.open:
            parent = self.open[-1].trace_id, self.open[-1].span_id
        common = {
            names.SPAN_KIND: kind,
            genai.GEN_AI_AGENT_NAME: self.agent.name,
            genai.GEN_AI_CONVERSATION_ID: self.conversation or None,
        }
        loop = self.loop
        trace_id, parent_id = parent or (loop.hex(32), "")
        span = Span(
            trace_id, loop.hex(16), parent_id, name, otel_kind, self.agent.name,
            self.agent.instance, loop.now, {**common, **attributes},
        )  # fmt: skip
        self.open.append(span)
        try:
            yield span
        except Failure as failure:
            self.report(failure)
            mark_failed(span, failure)
            self._export(span)
            raise
        else:
            self._export(span)
        finally:
            self.open.pop()

    def agent_span(self) -> Any:
        name = f"invoke_agent {self.agent.name}"
        return self.span(name, "agent", {genai.GEN_AI_OPERATION_NAME: "invoke_agent"})

    def report(self, failure: Failure) -> None:
        """As `record_error` does: once for each failure."""
        if failure.error_id:
            return
        failure.error_id = self.loop.new_id()
        # Else what fails in one world would be nothing new in the next.
        failure.message += f" ({self.loop.suffix})"
        if not self.agent.habits.exports(names.EVENT_EXCEPTION):
            return
        span = self.open[-1]
        line = 60 + len(failure.error_type)
        stack = (
            "Traceback (most recent call last):\n"
            f'  File "/srv/agent/{self.loop.suffix}.py", line {line}, in work\n'
            f"    {failure.error_type.lower()}()\n{failure.error_type}: {failure.message}\n"
        )
        attributes = {
            genai.GEN_AI_AGENT_NAME: self.agent.name,
            names.ERROR_ID: failure.error_id,
            EXCEPTION_TYPE: failure.error_type,
            EXCEPTION_MESSAGE: failure.message,
            EXCEPTION_STACKTRACE: stack,
        }
        body = self._detailed(failure, span, stack)
        self.loop.events.append(
            Event(
                names.EVENT_EXCEPTION, self.loop.now, self.agent.name, self.agent.instance,
                attributes, span.trace_id, span.span_id, body, severity=17,
            )
        )  # fmt: skip

    def _export(self, span: Span) -> None:
        span.end = self.loop.now
        if self.agent.habits.exports(span.name):
            self.loop.spans.append(span)

    def _detailed(self, failure: Failure, span: Span, stack: str) -> str:
        kind = span.attributes[names.SPAN_KIND]
        model = span.attributes.get(genai.GEN_AI_REQUEST_MODEL)
        tool = span.attributes.get(genai.GEN_AI_TOOL_NAME)
        operation = {"llm_call": f"llm_call:{model}", "tool": f"tool_call:{tool}"}.get(
            kind, f"{kind}:{self.agent.name}"
        )
        return json.dumps(
            {
                "error_id": failure.error_id, "severity": "error", "category": failure.category,
                "error_type": failure.error_type, "error_message": failure.message,
                "stack_trace": stack, "trace_id": span.trace_id, "span_id": span.span_id,
                "agent_name": self.agent.name, "operation": operation, "model_name": model,
                "tool_name": tool, "timestamp": utc(self.loop.now),
                "duration_before_error_ms": round((self.loop.now - span.start) * 1000, 3),
                "is_retryable": failure.retryable, "suggested_fixes": [],
                "retry_count": self.message.attempt - 1 if self.message else 0,
                "environment": ENVIRONMENT, "service_name": self.agent.slug,
            }
        )  # fmt: skip


def mark_failed(span: Span, failure: Failure) -> None:
    """Put it on a span."""
    span.error = f"{failure.error_type}: {failure.message}"
    span.attributes[ERROR_TYPE] = failure.error_type
