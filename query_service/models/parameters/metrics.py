"""Parameters of the figures of spans."""

from typing import Annotated, Literal

from pydantic import Field

from query_service.models.parameters.lists import ListQuery
from query_service.models.parameters.values import AgentName, ByTime, Step, TraceId, example


class SpanMetricsQuery(ListQuery):
    """Filters of span metrics."""

    trace_id: TraceId | None = Field(None, description="Only this trace")
    agent_name: AgentName | None = Field(None, description="Only this agent")
    name: Annotated[str, example("chat gpt-4o")] | None = Field(
        None, description="Summary and series: only spans of this name"
    )
    step: Step | None = Field(None, description="Adds a series with a point for each step")
    sort: ByTime = Field("time", description="Newest first; -time: oldest first")
    summary_sort: Literal["count", "errors", "p95", "tokens", "cost"] = Field(
        "count", description="What the summary begins with: the most of this"
    )
    limit: int = Field(100, ge=0, le=1000, description="Most metrics")
