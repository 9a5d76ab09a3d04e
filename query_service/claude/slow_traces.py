"""The slowest traces of a window, and what their time went into."""

from datetime import datetime
from typing import Any, NamedTuple

from query_service.models.parameters.traces import TracesQuery
from query_service.routes import traces
from query_service.routes.context import Moment, bound, database

Json = dict[str, Any]


class Slowest(NamedTuple):
    """The span of a trace with the longest time of its own; ms."""

    span_id: str
    name: str
    kind: str
    agent_name: str
    model: str
    tool_name: str
    took: float
    own: float
    tokens: int
    llm_calls: int
    is_open: bool

    @property
    def text(self) -> str:
        """What it was, and how long it took."""
        how = "has taken so far" if self.is_open else "took"
        took = f"{how} {self.own:,.0f} ms of its own"
        if self.kind == "llm_call":
            model = f" {self.model}" if self.model else ""
            return f"The call of model{model} by {self.agent_name} {took} ({self.tokens:,} tokens)"
        if self.kind == "tool":
            return f"Tool {self.tool_name or self.name}, called by {self.agent_name}, {took}"
        if self.kind == "agent":
            return f"Agent {self.agent_name} {took}, beside {self.llm_calls} calls of models"
        return f"{self.name} ({self.kind or 'span'}) of {self.agent_name or 'nobody'} {took}"


def find(asked: Moment, since: datetime, threshold_ms: float, limit: int) -> list[Json]:
    """Traces that began in the window and took as long, the slowest first."""
    query = TracesQuery(
        at=asked.at if asked.is_past else None,
        since=since,
        min_duration_ms=threshold_ms,
        sort="duration",
        limit=limit,
    )
    found = traces.traces(query)["traces"]
    ids = [one["trace_id"] for one in found]
    chosen = {"since": bound(since), "at": bound(asked.now), "traces": ids}
    rows = database().rows("claude/slowest_spans", chosen) if ids else []
    slowest = {row["trace_id"]: Slowest(*row["slowest"]) for row in rows}
    return [_told(one, slowest.get(one["trace_id"])) for one in found]


def _told(trace: Json, slowest: Slowest | None) -> Json:
    return {
        "trace_id": trace["trace_id"],
        "duration_ms": trace["total_duration_ms"],
        "status": trace["status"],
        "agent_count": trace["agent_count"],
        "llm_call_count": trace["llm_call_count"],
        "slowest_span": slowest
        and {
            "name": slowest.name,
            "duration_ms": round(slowest.took, 3),
            "own_ms": round(slowest.own, 3),
            "span_id": slowest.span_id,
            "agent_name": slowest.agent_name,
            "kind": slowest.kind,
        },
        "bottleneck_analysis": slowest.text if slowest else "No span of it is stored",
    }
