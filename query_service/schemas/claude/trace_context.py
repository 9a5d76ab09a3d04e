"""A trace in short."""

from typing import Any

from query_service.schemas.base import Answer, Stored, field
from query_service.schemas.claude.common import TIME, TRACE
from query_service.schemas.traces import TraceError, TraceHandoff


class ContextSummary(Answer):
    """A trace in figures."""

    agent_count: int | None = field("Agents", 2)
    llm_calls: int | None = field("Calls of models", 3)
    tool_calls: int | None = field("Calls of tools", 1)
    total_tokens: int | None = field("Tokens of models", 1250)
    error_count: int = field("Failures", 0)


class Bottleneck(Answer):
    """The span with the longest time of its own."""

    span_id: Any = field("Its id", "00f067aa0ba902b7")
    name: Any = field("Its name", "chat gpt-5")
    agent_name: Any = field("Its agent", "Researcher")
    duration_ms: float = field("How long it took, ms", 4100.5)
    own_ms: float = field("Without its children, ms", 4100.5)
    span_kind: Any = field("Its kind", "llm_call")


class ContextEntry(Stored):
    """A span that began, or an event."""

    type: Any = field("span or event", "span")
    timestamp: Any = field("When", TIME)
    span_id: Any = field("Of a span: its id", "00f067aa0ba902b7")
    agent: Any = field("Of a span: its agent", "Researcher")
    kind: Any = field("Of a span: its kind", "llm_call")
    duration_ms: Any = field("Of a span: how long it took, ms; null while it runs", 4100.5)
    status: Any = field("Of a span: its status", "completed")
    error: Any = field("Of a span: what failed it, or null", None)
    event_type: Any = field("Of an event: its type", "handoff")
    message: Any = field("Of an event: what it says", "Handoff: Researcher -> Writer")
    severity: Any = field("Of an event: its severity", "info")


class TraceContext(Answer):
    """A trace in short."""

    trace_id: Any = field("Its id", TRACE)
    status: Any = field("running, completed, failed, waiting, cancelled", "completed")
    duration_ms: float | None = field("How long it took, ms; null while it runs", 3014.995)
    is_slow: bool = field("Above 5,000 ms")
    has_errors: bool = field("Whether a span failed or an error was reported")
    summary: ContextSummary = field("In figures")
    bottleneck: Bottleneck | None = field("What took the time; null without a timed span")
    timeline: list[ContextEntry] = field("Spans by their starts and events, 500 at most")
    timeline_omitted: int = field("Entries that are not shown", 0)
    handoffs: list[TraceHandoff] = field("Its handoffs, oldest first")
    errors: list[TraceError] = field("Its failures, oldest first")
    user_input: Any = field("What the user asked, or null", "Compare the prices")
    final_output: Any = field("What came out, or null", "B is cheaper")
