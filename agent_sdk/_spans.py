"""Context managers for the steps of an agent, named by the GenAI conventions."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as genai
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.util.types import AttributeValue

from agent_sdk import _attributes as names
from agent_sdk._context import Step, current_agent, current_step, current_work
from agent_sdk._errors import error_text, record_error
from agent_sdk._messages import unicode
from agent_sdk._telemetry import telemetry

Attributes = dict[str, AttributeValue]
_PREVIEW = 200


class StepSpan:
    """An open step. `set` adds attributes; `span` is OpenTelemetry's own object."""

    def __init__(self, span: Span) -> None:
        self.span = span

    def set(self, **attributes: AttributeValue) -> None:
        """Add attributes of your own: `step.set(pages=3)`."""
        self.span.set_attributes(attributes)


class ToolSpan(StepSpan):
    """An open tool call."""

    def result(self, value: object) -> None:
        """Keep what the tool returned (only when content is captured)."""
        if telemetry().settings.capture_content:
            self.span.set_attribute(genai.GEN_AI_TOOL_CALL_RESULT, as_json(value))


class LLMSpan(StepSpan):
    """An open call of a model."""

    def usage(
        self,
        input_tokens: int,
        output_tokens: int,
        *,
        cached_tokens: int | None = None,
        reasoning_tokens: int | None = None,
    ) -> None:
        """Tokens of this call; `input_tokens` includes `cached_tokens`."""
        self.span.set_attributes(
            _present(
                {
                    genai.GEN_AI_USAGE_INPUT_TOKENS: input_tokens,
                    genai.GEN_AI_USAGE_OUTPUT_TOKENS: output_tokens,
                    genai.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: cached_tokens,
                    genai.GEN_AI_USAGE_REASONING_OUTPUT_TOKENS: reasoning_tokens,
                }
            )
        )

    def response(
        self,
        text: str | None = None,
        *,
        model: str | None = None,
        response_id: str | None = None,
        finish_reasons: Sequence[str] = ("stop",),
    ) -> None:
        """What came back; the text is kept only when content is captured."""
        output = None
        if text is not None and telemetry().settings.capture_content:
            part = {"type": "text", "content": text}
            reason = finish_reasons[0] if finish_reasons else ""
            output = as_json([{"role": "assistant", "parts": [part], "finish_reason": reason}])
        self.span.set_attributes(
            _present(
                {
                    genai.GEN_AI_RESPONSE_MODEL: model,
                    genai.GEN_AI_RESPONSE_ID: response_id,
                    genai.GEN_AI_RESPONSE_FINISH_REASONS: list(finish_reasons),
                    genai.GEN_AI_OUTPUT_MESSAGES: output,
                }
            )
        )


@contextmanager
def agent(name: str | None = None, *, description: str | None = None) -> Iterator[StepSpan]:
    """The work of an agent; what is inside belongs to it.

    **Usage**:

        with agent_sdk.agent("researcher"):
            ...

    `name` is that of `configure()` when not given.
    """
    name = name or current_agent.get() or telemetry().agent_name
    token = current_agent.set(name)
    try:
        attributes: dict[str, AttributeValue | None] = {
            genai.GEN_AI_OPERATION_NAME: genai.GenAiOperationNameValues.INVOKE_AGENT.value,
            genai.GEN_AI_AGENT_DESCRIPTION: description,
        }
        with _step("agent", f"invoke_agent {name}", f"agent:{name}", attributes) as span:
            yield StepSpan(span)
    finally:
        current_agent.reset(token)


@contextmanager
def task(name: str) -> Iterator[StepSpan]:
    """A piece of an agent's work that deserves a line of its own: `with task("collect"):`."""
    with _step("task", f"task {name}", f"task:{name}", {names.TASK_NAME: name}) as span:
        yield StepSpan(span)


@contextmanager
def planning() -> Iterator[StepSpan]:
    """The agent decides what to do: `with planning():`; a model's call goes inside."""
    with _thinking("planning", names.OPERATION_PLAN) as span:
        yield span


@contextmanager
def reflection() -> Iterator[StepSpan]:
    """The agent judges what it did: `with reflection():`."""
    with _thinking("reflection", names.OPERATION_REFLECT) as span:
        yield span


@contextmanager
def tool(
    name: str,
    arguments: Mapping[str, object] | None = None,
    *,
    call_id: str | None = None,
    tool_type: str = "function",
) -> Iterator[ToolSpan]:
    """The call of a tool.

    **Usage**:

        with agent_sdk.tool("search", {"query": query}) as call:
            hits = search(query)
            call.result(hits)

    Arguments and result are kept only when content is captured.
    """
    captured = dict(arguments or {}) if telemetry().settings.capture_content else None
    attributes: dict[str, AttributeValue | None] = {
        genai.GEN_AI_OPERATION_NAME: genai.GenAiOperationNameValues.EXECUTE_TOOL.value,
        genai.GEN_AI_TOOL_NAME: name,
        genai.GEN_AI_TOOL_TYPE: tool_type,
        genai.GEN_AI_TOOL_CALL_ID: call_id,
        genai.GEN_AI_TOOL_CALL_ARGUMENTS: as_json(captured) if captured else None,
    }
    with _step(
        "tool", f"execute_tool {name}", f"tool_call:{name}", attributes, tool=name,
        tool_parameters=captured,
    ) as span:  # fmt: skip
        yield ToolSpan(span)


@contextmanager
def llm_call(
    model: str,
    *,
    provider: str,
    messages: Sequence[Mapping[str, str]] = (),
    operation: str = genai.GenAiOperationNameValues.CHAT.value,
    temperature: float | None = None,
    max_tokens: int | None = None,
) -> Iterator[LLMSpan]:
    """A call of a model.

    **Usage**:

        with agent_sdk.llm_call("llama3.2", provider="ollama", messages=messages) as call:
            answer = client.chat(messages)
            call.response(answer.text, model=answer.model)
            call.usage(answer.input_tokens, answer.output_tokens)

    `messages` have `role` and `content`; they are kept only when content is captured.
    """
    capture = telemetry().settings.capture_content and bool(messages)
    attributes: dict[str, AttributeValue | None] = {
        genai.GEN_AI_OPERATION_NAME: operation,
        genai.GEN_AI_PROVIDER_NAME: provider,
        genai.GEN_AI_REQUEST_MODEL: model,
        genai.GEN_AI_REQUEST_TEMPERATURE: temperature,
        genai.GEN_AI_REQUEST_MAX_TOKENS: max_tokens,
        genai.GEN_AI_INPUT_MESSAGES: _input_messages(messages) if capture else None,
    }
    preview = messages[-1].get("content", "")[:_PREVIEW] if capture else None
    with _step(
        "llm_call", f"{operation} {model}", f"llm_call:{model}", attributes, SpanKind.CLIENT,
        model=model, prompt_preview=preview,
    ) as span:  # fmt: skip
        yield LLMSpan(span)


def mark_failed(span: Span, error: BaseException) -> None:
    """Put an exception on a span: status ERROR and `error.type`."""
    span.set_status(Status(StatusCode.ERROR, f"{type(error).__name__}: {error_text(error)}"))
    span.set_attribute(ERROR_TYPE, type(error).__qualname__)


def as_json(value: object) -> str:
    """JSON for an attribute; what JSON cannot say becomes a string."""
    return unicode(json.dumps(value, default=str, ensure_ascii=False))


@contextmanager
def _thinking(kind: str, operation: str) -> Iterator[StepSpan]:
    name = current_agent.get() or telemetry().agent_name
    attributes: dict[str, AttributeValue | None] = {genai.GEN_AI_OPERATION_NAME: operation}
    with _step(kind, f"{operation} {name}", f"{kind}:{name}", attributes) as span:
        yield StepSpan(span)


@contextmanager
def _step(
    kind: str,
    name: str,
    operation: str,
    attributes: Mapping[str, AttributeValue | None],
    span_kind: SpanKind = SpanKind.INTERNAL,
    model: str | None = None,
    tool: str | None = None,
    prompt_preview: str | None = None,
    tool_parameters: dict[str, object] | None = None,
) -> Iterator[Span]:
    now = telemetry()
    work = current_work.get()
    common: dict[str, AttributeValue | None] = {
        names.SPAN_KIND: kind,
        genai.GEN_AI_AGENT_NAME: current_agent.get() or now.agent_name,
        genai.GEN_AI_CONVERSATION_ID: work.conversation_id if work else None,
    }
    step = Step(kind, operation, time.monotonic(), model, tool, prompt_preview, tool_parameters)
    with now.tracer.start_as_current_span(
        name,
        kind=span_kind,
        attributes=_present({**common, **attributes}),
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        token = current_step.set(step)
        try:
            yield span
        except Exception as error:
            record_error(error)
            mark_failed(span, error)
            raise
        finally:
            current_step.reset(token)


def _present(attributes: Mapping[str, AttributeValue | None]) -> Attributes:
    return {name: value for name, value in attributes.items() if value is not None}


def _input_messages(messages: Sequence[Mapping[str, str]]) -> str:
    return as_json(
        [
            {
                "role": message.get("role", "user"),
                "parts": [{"type": "text", "content": message.get("content", "")}],
            }
            for message in messages
        ]
    )
