"""The page and the skill tell of every tool and parameter, and of no other."""

import re
from pathlib import Path

import anyio
import httpx
import pytest
from mcp_types import Tool

from query_service.mcp.server import server

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "mcp.md").read_text()
SKILL = (DOCS / "claude-code/agent-telemetry/SKILL.md").read_text()
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.M))
EVERYWHERE = {"max_tokens", "format"}


@pytest.fixture(scope="module")
def tools() -> list[Tool]:
    return anyio.run(server(httpx.Client()).list_tools)


def test_every_tool_and_parameter_is_documented(tools: list[Tool]) -> None:
    assert {tool.name for tool in tools} == ROWS.keys()
    for tool in tools:
        told = set(re.findall(r"`(\w+)`", ROWS[tool.name]))
        own = set(tool.input_schema["properties"]) - EVERYWHERE - {"at"}
        assert told == own, tool.name
        assert ("at" in tool.input_schema["properties"]) == (tool.name not in ("compare", "sql"))


def test_the_skill_names_every_tool(tools: list[Tool]) -> None:
    assert {tool.name for tool in tools} <= set(re.findall(r"`(\w+)", SKILL))
    assert SKILL.startswith("---\nname: agent-telemetry\ndescription: ")
