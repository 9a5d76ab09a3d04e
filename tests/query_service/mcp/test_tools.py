"""The tools, asked by the SDK's own client, over a system where an agent has died."""

import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp.client import Client

from query_service.claude.budget import tokens
from query_service.mcp.server import server
from query_service.mcp.service import in_process
from query_service.mcp.told import LEAST
from tests.query_service.claude.test_claude import broken
from tests.query_service.engine import Service

__all__ = ["broken"]
SNAPSHOTS = Path(__file__).parent / "snapshots"
TRACE = "c" * 32
AT = "2026-11-22T12:29:00"
CALLS: dict[str, dict[str, Any]] = {
    "overview": {},
    "diagnose": {"agent": "coder"},
    "queues": {},
    "handoff_story": {"message_id": "m-101"},
    "stuck_work": {"minutes": 15},
    "trace": {"trace_id": TRACE},
    "span": {"trace_id": TRACE, "span_id": "b" * 16},
    "error_groups": {},
    "compare": {"since": "30m"},
}


@pytest.fixture(scope="module")
def client(broken: Service, embedded_clickhouse: str) -> Iterator[httpx.Client]:
    """The service in this process."""
    with in_process(broken.web.application) as made:
        yield made


@asynccontextmanager
async def connected(client: httpx.Client) -> AsyncIterator[Client]:
    async with Client(server(client)) as made:
        yield made


def asked(client: httpx.Client, tool: str, **arguments: Any) -> tuple[str, bool]:
    """What a tool answers, and whether it is an error."""

    async def ask() -> tuple[str, bool]:
        async with connected(client) as made:
            found = await made.call_tool(tool, arguments)
            texts = (part.text for part in found.content if part.type == "text")
            return "".join(texts), bool(found.is_error)

    return anyio.run(ask)


def test_the_list_is_short_and_everything_only_reads(client: httpx.Client) -> None:
    async def listed() -> Any:
        async with connected(client) as made:
            return await made.list_tools()

    tools = anyio.run(listed).tools
    assert {tool.name for tool in tools} == CALLS.keys() | {"sql"}
    assert len(tools) <= 10
    assert all(tool.annotations.read_only_hint for tool in tools)
    text = json.dumps([tool.model_dump(exclude_none=True, by_alias=True) for tool in tools])
    assert tokens(text) < 3_000, tokens(text)


def at(tool: str) -> dict[str, Any]:
    """The time that a snapshot is of."""
    return {} if tool == "compare" else {"at": AT}


@pytest.mark.parametrize("tool", CALLS)
def test_the_whole_answer_is_that_of_its_snapshot(client: httpx.Client, tool: str) -> None:
    text, is_error = asked(client, tool, **at(tool), **CALLS[tool])
    assert not is_error, text
    assert text.startswith("# ") and "\nNext: " in text
    file = SNAPSHOTS / f"{tool}.md"
    if os.environ.get("WRITE_SNAPSHOTS"):
        file.write_text(f"{text}\n")
    assert f"{text}\n" == file.read_text(), "WRITE_SNAPSHOTS=1 writes it anew"


@pytest.mark.parametrize("tool", CALLS)
def test_an_answer_stays_within_its_tokens(client: httpx.Client, tool: str) -> None:
    text, _ = asked(client, tool, max_tokens=LEAST + 300, **CALLS[tool])
    assert tokens(text) <= LEAST + 300
    whole, is_error = asked(client, tool, format="json", max_tokens=20_000, **CALLS[tool])
    assert not is_error and json.loads(whole)


def test_what_is_wrong_with_a_call_is_said(client: httpx.Client) -> None:
    text, is_error = asked(client, "trace", trace_id="nobody")
    assert is_error and "Trace not found" in text
    text, is_error = asked(client, "overview", at="2030-01-01T00:00:00")
    assert is_error and "lies in the future" in text
    text, is_error = asked(client, "overview", max_tokens=30_000)
    assert is_error and "20000" in text
    text, is_error = asked(client, "diagnose", format="json", max_tokens=LEAST)
    assert is_error and "ask for less" in text
