"""Slow traces."""

from query_service.schemas.base import Answer, field
from query_service.schemas.claude.common import TRACE


class SlowestSpan(Answer):
    """A span."""

    name: str = field("Its name", "chat gpt-5")
    duration_ms: float = field("How long it took, or has taken so far, ms", 4100.5)
    own_ms: float = field("Without its children, ms", 4100.5)
    span_id: str = field("Its id", "00f067aa0ba902b7")
    agent_name: str = field("Its agent", "Researcher")
    kind: str = field("Its kind", "llm_call")


class SlowTrace(Answer):
    """A slow trace."""

    trace_id: str = field("Its id", TRACE)
    duration_ms: float | None = field("How long it took, ms", 5317.99)
    status: str = field("Its status", "completed")
    agent_count: int = field("Agents in it", 2)
    llm_call_count: int = field("Calls of models", 3)
    slowest_span: SlowestSpan | None = field("The span with the longest time of its own")
    bottleneck_analysis: str = field("The same in words", "Tool search took 4,100 ms of its own")


class SlowTraces(Answer):
    """Slow traces."""

    threshold_ms: float = field("From so long on, ms", 5000.0)
    count: int = field("How many are shown", 1)
    traces: list[SlowTrace] = field("The slowest first")
