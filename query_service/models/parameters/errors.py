"""Parameters of errors and of their groups."""

from typing import Annotated, Literal

from pydantic import Field

from query_service.models.parameters.lists import ListQuery, PageQuery, Parameters, WindowQuery
from query_service.models.parameters.values import (
    AgentName,
    ByTime,
    Category,
    Fingerprint,
    Severity,
    Time,
    TraceId,
    example,
)


class ErrorPath(Parameters):
    """An error in the path."""

    error_id: Annotated[str, example("9f0f6c1e-5f3a-4f0e-8f53-0d9d1c9f7b11")] = Field(
        description="Id of any report of the error"
    )


class ErrorsQuery(ListQuery):
    """Filters of errors."""

    trace_id: TraceId | None = Field(None, description="Only errors of this trace")
    severity: Severity | None = Field(None, description="Only this severity")
    category: Category | None = Field(None, description="Only this category")
    agent_name: AgentName | None = Field(None, description="Only errors of this agent")
    error_type: Annotated[str, example("RateLimitError")] | None = Field(
        None, description="Only errors of this type"
    )
    fingerprint: Fingerprint | None = Field(None, description="Only errors of this group")
    text: Annotated[str, example("rate limit")] | None = Field(
        None, description="Only errors with this text in type or message, in any case"
    )
    sort: ByTime = Field("time", description="Newest first; -time: oldest first")
    limit: int = Field(50, ge=0, le=500, description="Most errors")


class AgentErrorsQuery(ListQuery):
    """Parameters of the errors of one agent."""

    sort: ByTime = Field("time", description="Newest first; -time: oldest first")
    limit: int = Field(50, ge=0, le=200, description="Most errors")


class GroupPath(Parameters):
    """A group of errors in the path."""

    fingerprint: Fingerprint = Field(description="Id of the group")


class GroupQuery(WindowQuery):
    """Parameters of one group of errors."""

    agent_name: AgentName | None = Field(None, description="Only errors of this agent")
    severity: Severity | None = Field(None, description="Only this severity")


class GroupsQuery(GroupQuery, PageQuery):
    """Filters of groups of errors."""

    new_since: Time = Field(None, description="Only groups first seen from this time on (as `at`)")
    sort: Literal["count", "last_seen", "first_seen", "-count", "-last_seen", "-first_seen"] = (
        Field("count", description="Most failures, or latest, first; with - the other way round")
    )
    limit: int = Field(50, ge=0, le=500, description="Most groups")
