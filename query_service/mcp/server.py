"""The tools as a model sees them: names, parameters, and what each is for."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import httpx
from mcp.server.mcpserver import Context, MCPServer
from mcp.types import ToolAnnotations
from pydantic import Field

from query_service.app import VERSION
from query_service.mcp.service import Service
from query_service.mcp.told import LEAST, MOST, USUAL
from query_service.mcp.tools.compare import compare
from query_service.mcp.tools.diagnose import diagnose
from query_service.mcp.tools.error_groups import error_groups
from query_service.mcp.tools.handoff_story import handoff_story
from query_service.mcp.tools.overview import overview
from query_service.mcp.tools.queues import queues
from query_service.mcp.tools.span import span
from query_service.mcp.tools.sql import sql
from query_service.mcp.tools.stuck_work import stuck_work
from query_service.mcp.tools.trace import trace

INSTRUCTIONS = (
    "A flight recorder of agents that hand each other work through Kafka. Begin with overview, "
    "then diagnose: it names causes with proof and fixes. Follow one task by handoff_story, one "
    "trace by trace and span. Everything only reads. at: ISO 8601 or so long ago (15m) asks about "
    "the past."
)
Since = Annotated[str, Field(description="ISO 8601 UTC, or 2h before to")]
At = Annotated[str | None, Field(description="Past time: ISO 8601 UTC, or 15m ago")]
Minutes = Annotated[int, Field(ge=1, le=10_080, description="Window before at")]
Agent = Annotated[str | None, Field(description="Only this agent")]
Tokens = Annotated[int, Field(ge=LEAST, le=MOST)]
Limit = Annotated[int, Field(ge=1, le=1000)]
Form = Literal["markdown", "json"]
Asking = Context[Any, Any]
_READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)


class Tools:
    """The tools, which ask the query service behind a client with the key of who calls them."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def _ask(self, ctx: Asking) -> Service:
        return Service(self._client, ctx.headers)

    def overview(
        self, ctx: Asking, minutes: Minutes = 15, at: At = None,
        max_tokens: Tokens = USUAL, format: Form = "markdown",
    ) -> str:  # fmt: skip
        """Start here: status, causes found, traces, longest queues."""
        return overview(self._ask(ctx), minutes, at).text(max_tokens, format)

    def diagnose(
        self, ctx: Asking, minutes: Minutes = 15, at: At = None, agent: Agent = None,
        trace_id: str | None = None, max_tokens: Tokens = USUAL, format: Form = "markdown",
    ) -> str:  # fmt: skip
        """What is wrong and why: causes before symptoms, with evidence, SQL proof, fixes in order
        and how to verify them. For one agent or trace when given."""
        told = diagnose(self._ask(ctx), minutes, at, agent, trace_id, max_tokens, format)
        return told.text(max_tokens, format)

    def queues(
        self, ctx: Asking, agent: Agent = None, at: At = None,
        max_tokens: Tokens = USUAL, format: Form = "markdown",
    ) -> str:  # fmt: skip
        """Every queue in a line (pending, states, rates, lag), or one agent's with its tasks."""
        return queues(self._ask(ctx), agent, at).text(max_tokens, format)

    def handoff_story(
        self, ctx: Asking, message_id: str, at: At = None,
        max_tokens: Tokens = USUAL, format: Form = "markdown",
    ) -> str:  # fmt: skip
        """All that happened to one task, in order: message, offset, signs of work, spans, errors,
        answer."""
        return handoff_story(self._ask(ctx), message_id, at).text(max_tokens, format)

    def stuck_work(
        self, ctx: Asking, minutes: Minutes = 60, agent: Agent = None, at: At = None,
        max_tokens: Tokens = USUAL, format: Form = "markdown",
    ) -> str:  # fmt: skip
        """Tasks that are stuck, lost, expired, poisoned or wait in a circle, with their ids."""
        return stuck_work(self._ask(ctx), minutes, agent, at).text(max_tokens, format)

    def trace(
        self, ctx: Asking, trace_id: str, at: At = None,
        max_tokens: Tokens = USUAL, format: Form = "markdown",
    ) -> str:  # fmt: skip
        """Skeleton of a trace: the tree of its spans without contents, and what took the time."""
        return trace(self._ask(ctx), trace_id, at).text(max_tokens, format)

    def span(
        self, ctx: Asking, trace_id: str, span_id: str, at: At = None,
        max_tokens: Tokens = USUAL, format: Form = "markdown",
    ) -> str:  # fmt: skip
        """One span whole: prompts, tool parameters, attributes, events, stack trace."""
        return span(self._ask(ctx), trace_id, span_id, at).text(max_tokens, format)

    def error_groups(
        self, ctx: Asking, minutes: Minutes = 1440, limit: Annotated[int, Field(ge=1, le=50)] = 5,
        at: At = None, max_tokens: Tokens = USUAL, format: Form = "markdown",
    ) -> str:  # fmt: skip
        """Kinds of errors, most first: counts against before, agents, whole stack, fixes."""
        return error_groups(self._ask(ctx), minutes, limit, at).text(max_tokens, format)

    def compare(
        self, ctx: Asking, since: Since, to: At = None, limit: Limit = 50,
        max_tokens: Tokens = USUAL, format: Form = "markdown",
    ) -> str:  # fmt: skip
        """What changed between two times, ranked: "it worked this morning"."""
        return compare(self._ask(ctx), since, to, limit).text(max_tokens, format)

    def sql(
        self, ctx: Asking, query: str, limit: Limit = 100,
        max_tokens: Tokens = USUAL, format: Form = "markdown",
    ) -> str:  # fmt: skip
        """One read-only ClickHouse statement over the tables. Narrow it by WHERE and aggregate."""
        return sql(self._ask(ctx), query, limit).text(max_tokens, format)


def server(client: httpx.Client) -> MCPServer[Any]:
    """A server whose tools ask the query service behind a client."""
    made: MCPServer[Any] = MCPServer(
        "agent-telemetry",
        title="Agent Telemetry",
        instructions=INSTRUCTIONS,
        version=VERSION,
        log_level="WARNING",
    )
    tools = Tools(client)
    offered: list[Callable[..., str]] = [
        *(tools.overview, tools.diagnose, tools.queues, tools.handoff_story, tools.stuck_work),
        *(tools.trace, tools.span, tools.error_groups, tools.compare, tools.sql),
    ]
    for one in offered:
        description = " ".join((one.__doc__ or "").split())
        made.add_tool(one, description=description, annotations=_READS, structured_output=False)
    return made
