"""Parameters of the endpoints for models."""

from typing import Annotated

from pydantic import Field

from query_service.models.parameters.lists import AtQuery
from query_service.models.parameters.values import AgentName, TraceId, example

WEEK_MINUTES = 7 * 24 * 60


class DiagnoseQuery(AtQuery):
    """Asks what is wrong."""

    time_window_minutes: Annotated[int, example(15)] = Field(
        15, ge=1, le=WEEK_MINUTES, description="Minutes before `at` that are looked at"
    )
    agent: AgentName | None = Field(
        None, description="Only what concerns this agent, with its causes"
    )
    trace_id: TraceId | None = Field(
        None, description="Only what concerns this trace, with its causes"
    )
