"""What `/api/v1/metrics` and `/api/v1/metrics/spans` answer."""

from typing import Any

from query_service.schemas.base import Answer, Stored, field

TIME = "2026-11-22T11:51:55.756869"


class Totals(Answer):
    """Totals over all traces."""

    total_traces: int = field("Traces", 1200)
    completed_traces: int = field("Traces that completed", 1150)
    failed_traces: int = field("Traces that failed", 40)
    running_traces: int = field("Traces that run", 8)
    success_rate: float = field("Share that completed of those that completed or failed", 0.966)
    total_tokens: int = field("Tokens of calls of models", 1250000)
    total_llm_calls: int = field("Calls of models", 4800)
    avg_duration_ms: float = field("Mean duration of completed traces", 3020.5)
    active_spans: int = field("Spans that run", 12)


class SpanMetric(Stored):
    """A metric record as it came, or made from an OTLP span that ended."""

    trace_id: Any = field("Trace", "4bf92f3577b34da6a3ce929d0e0e4736")
    agent_id: Any = field("Id of the agent", "researcher")
    agent_name: Any = field("Agent as it calls itself", "Researcher")
    metrics: Any = field("Figures of the span", {"span_id": "00f067aa0ba902b7", "duration_ms": 12})
    timestamp: Any = field("When it ended", TIME)
    service_name: Any = field("service.name", "agent-researcher")
    environment: Any = field("deployment.environment.name", "production")


class LikeSpans(Answer):
    """Figures of like spans."""

    count: int = field("Spans that started", 240)
    ended: int = field("Of these: ended", 238)
    errors: int = field("Of these: failed", 3)
    p50_ms: float | None = field("Half of them took no longer, within 2.2 %", 812.5)
    p95_ms: float | None = field("95 % of them took no longer", 2400.0)
    p99_ms: float | None = field("99 % of them took no longer", 5100.0)
    input_tokens: int = field("Tokens in", 120000)
    output_tokens: int = field("Tokens out", 34000)
    cost: float | None = field("Sum of the prices that spans tell; null when none does", 1.25)


class SpanFigures(LikeSpans):
    """Figures of the spans of one name of one agent."""

    agent_name: str = field("Agent, as its queue is called", "researcher")
    name: str = field("Name of the spans", "chat gpt-4o")


class SpanPoint(LikeSpans):
    """Figures of the spans that started in one step."""

    start: str = field("Start of the step", "2026-11-22T11:00:00")


class SpanMetrics(Answer):
    """Figures of single spans, by name and step by step."""

    total: int = field("Metrics that match", 4100)
    metrics: list[SpanMetric] = field("The newest of them")
    next_cursor: str | None = field("Gives the next page; null at the end", None)
    since: str = field("Start of the window of summary and series", "2026-11-21T11:00:00")
    until: str = field("End of that window", TIME)
    summary: list[SpanFigures] = field("By agent and name, most spans first; 50 at most")
    summary_omitted: int = field("How many more there are", 0)
    series: list[SpanPoint] = field("Step by step, when `step` is given", sometimes=True)
