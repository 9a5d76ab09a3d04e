"""Parameters of the endpoints for models."""

from typing import Annotated, Literal

from pydantic import Field

from query_service.models.parameters.lists import AtQuery
from query_service.models.parameters.oracle import DiffQuery
from query_service.models.parameters.values import AgentName, Milliseconds, TraceId, example

WEEK_MINUTES = 7 * 24 * 60


class ClaudeQuery(AtQuery):
    """Asks about the minutes before a time."""

    time_window_minutes: Annotated[int, example(15)] = Field(
        15, ge=1, le=WEEK_MINUTES, description="Minutes before `at` that are looked at"
    )


class DiagnoseQuery(ClaudeQuery):
    """Asks what is wrong."""

    agent: AgentName | None = Field(
        None, description="Only what concerns this agent, with its causes"
    )
    trace_id: TraceId | None = Field(
        None, description="Only what concerns this trace, with its causes"
    )
    format: Literal["json", "summary", "markdown", "prompt"] = Field(
        "json", description="Everything, in short, or as a text"
    )
    max_tokens: Annotated[int, example(4000)] = Field(
        4000, ge=500, le=20_000, description="Of a text: about so many tokens at most"
    )
    limit: int = Field(100, ge=0, le=1000, description="Most findings, of json")


class ActionsQuery(ClaudeQuery):
    """Asks what to do."""

    limit: int = Field(5, ge=0, le=20, description="Most actions")


class ClaudeErrorsQuery(AtQuery):
    """Asks what kinds of errors there are."""

    time_window_minutes: Annotated[int, example(1440)] = Field(
        1440, ge=1, le=WEEK_MINUTES, description="Minutes before `at` that are looked at"
    )
    limit: int = Field(10, ge=0, le=50, description="Most groups, and most raw errors")
    include_suggestions: Annotated[bool, example(True)] = Field(
        True, description="Whether each group says what to try"
    )
    include_raw_errors: Annotated[bool, example(True)] = Field(
        False, description="Whether the last errors come along, as they were reported"
    )


class SlowTracesQuery(AtQuery):
    """Asks for slow traces."""

    time_window_minutes: Annotated[int, example(60)] = Field(
        60, ge=1, le=WEEK_MINUTES, description="Minutes before `at` that are looked at"
    )
    threshold_ms: Annotated[Milliseconds, example(5000)] = Field(
        5000.0, description="Only traces that took as long, ms"
    )
    limit: int = Field(10, ge=0, le=50, description="Most traces")


class ChangesQuery(DiffQuery):
    """Asks what changed between two times."""

    limit: int = Field(50, ge=0, le=1000, description="Most changes")
