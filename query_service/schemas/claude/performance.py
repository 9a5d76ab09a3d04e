"""How traces went."""

from query_service.schemas.base import Answer, field


class Latency(Answer):
    """Of traces that are over; null without any."""

    avg_ms: float | None = field("Mean, ms", 2902.33)
    p50_ms: float | None = field("Median, ms", 3013.38)
    p95_ms: float | None = field("95 of 100 took no longer, ms", 3042.3)
    p99_ms: float | None = field("99 of 100 took no longer, ms", 5317.99)
    max_ms: float | None = field("The longest, ms", 5317.99)


class PerTrace(Answer):
    """A total."""

    total: int = field("In all", 2259)
    avg_per_trace: float | None = field("For each trace; null without any", 23.53)


class Performance(Answer):
    """How the traces that began in the window went."""

    time_window_minutes: int = field("Length of the window", 15)
    total_traces: int = field("Traces that began in it", 96)
    successful_traces: int = field("Of these those that were completed", 95)
    failed_traces: int = field("Those that failed", 1)
    success_rate: float | None = field("Of those that are over; null without any", 0.9896)
    latency: Latency = field("How long they took")
    tokens: PerTrace = field("Tokens of models")
    llm_calls: PerTrace = field("Calls of models")
    tool_calls: int = field("Calls of tools", 2)
    unique_agents: int = field("Agents in them", 10)
