"""What parameters are made of: `at`, windows of time, pages, and paths that several have."""

from functools import cache
from typing import Any

from pydantic import BaseModel, Field

from query_service.models.parameters.values import AgentName, Cursor, Time, TraceId


class Parameters(BaseModel):
    """Parameters of an endpoint."""

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Made once: flask-openapi3 asks for it in every request, and it takes 2 ms."""
        return _json_schema(cls, *args, **kwargs)


@cache
def _json_schema(model: type[Parameters], *args: Any, **kwargs: Any) -> dict[str, Any]:
    return super(Parameters, model).model_json_schema(*args, **kwargs)


class AtQuery(Parameters):
    """Asks for the answer that held at a time."""

    at: Time = Field(
        None,
        description="Only what happened up to this time: ISO 8601 (UTC when it has no zone) "
        "or so long ago, like 15m. Default: now",
    )


class WindowQuery(AtQuery):
    """Asks for what lies in a window of time; so long ago is counted from `at`."""

    since: Time = Field(None, description="Only from this time on (as `at`)")
    until: Time = Field(None, description="Only before this time (as `at`)")


class PageQuery(AtQuery):
    """Asks for one page of a list; each list gives `sort` its own orders, `limit` its own bounds.

    The first order is the usual one; a `-` turns an order around.
    """

    cursor: Cursor | None = Field(
        None, description="`next_cursor` of the page before; everything else as for that page"
    )
    sort: str = Field("time", description="The order")
    limit: int = Field(100, ge=0, le=1000, description="Most rows")


class ListQuery(WindowQuery, PageQuery):
    """Asks for one page of what lies in a window of time."""


class AgentPath(Parameters):
    """An agent in the path."""

    agent_name: AgentName = Field(description="Agent, in any case; spaces and dashes are the same")


class TracePath(Parameters):
    """A trace in the path."""

    trace_id: TraceId = Field(description="Id of the trace")
