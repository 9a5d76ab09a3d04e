"""Parameters of findings as they are kept."""

from typing import Annotated, Literal

from pydantic import Field

from query_service.diagnose.declaration import Severity
from query_service.models.parameters.lists import ListQuery, Parameters
from query_service.models.parameters.values import AgentName, ByTime, example

FindingKind = Literal[
    "agent_not_consuming",
    "backlog_growing",
    "broken_trace_context",
    "duplicate_work",
    "error_burst",
    "expired_task",
    "ghost_completion",
    "handoff_loop",
    "llm_failing",
    "llm_rate_limited",
    "lost_handoff",
    "poison_message",
    "priority_inversion",
    "retry_storm",
    "slow_agent",
    "stuck_task",
    "telemetry_gap",
    "token_runaway",
    "tool_failing",
    "wait_cycle",
    "workload_unhealthy",
]


class FindingsQuery(ListQuery):
    """Filters of findings."""

    kind: FindingKind | None = Field(None, description="Only this kind")
    agent: AgentName | None = Field(None, description="Only what concerns this agent")
    severity: Severity | None = Field(None, description="Only this severity, at the time asked for")
    state: Literal["open", "resolved"] | None = Field(
        None, description="Only what was open then, or only what was resolved"
    )
    sort: ByTime = Field("time", description="Newest first, by `opened_at`; -time: oldest first")
    limit: int = Field(100, ge=0, le=500, description="Most episodes")


class FindingPath(Parameters):
    """A finding in the path."""

    finding_id: Annotated[str, example("3f1d0c9b7a52")] = Field(description="Id of the finding")
