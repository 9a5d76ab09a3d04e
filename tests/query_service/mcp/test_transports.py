"""Both transports, by the SDK's own client."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import httpx2
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from query_service.access import keys
from query_service.access.roles import Role
from query_service.mcp.listener import application
from query_service.settings import Settings
from tests.ports import free_port
from tests.query_service.mcp.listening import Listener
from tests.query_service.served import served
from tests.query_service.whole_service import whole_service

SQL = {"query": "SELECT agent, count() AS tasks FROM tasks FINAL GROUP BY agent ORDER BY agent"}


@pytest.fixture(scope="module")
def app(embedded_clickhouse: str) -> Iterator[Any]:
    with whole_service(embedded_clickhouse) as made:
        yield made


async def both(client: Client) -> tuple[list[str], str]:
    """The tools, and what sql answers."""
    async with client as made:
        tools = [tool.name for tool in (await made.list_tools()).tools]
        found = await made.call_tool("sql", SQL)
        return tools, "".join(part.text for part in found.content if part.type == "text")


def test_over_http(app: Any) -> None:
    with Listener(application(Settings(), app)) as listener:
        tools, text = anyio.run(both, Client(listener.url))
        assert len(tools) == 10
        assert "| agent | tasks |" in text and "| researcher |" in text
        strange = {"Host": "evil.example", "Content-Type": "application/json"}
        assert httpx.post(listener.url, headers=strange, json={}).status_code in (403, 421)


def test_with_keys_only_who_has_one_is_answered(app: Any, tmp_path: Path) -> None:
    secret, key = keys.create(Role.VIEWER, "claude")
    file = tmp_path / "keys"
    file.write_text(key.line)
    with Listener(application(Settings(query_keys_file=file), app)) as listener:
        refused = httpx.post(listener.url, json={})
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"
        wrong = {"Authorization": "Bearer atk_wrong"}
        assert httpx.post(listener.url, json={}, headers=wrong).status_code == 401

        async def with_key() -> tuple[list[str], str]:
            headers = {"Authorization": f"Bearer {secret}"}
            async with httpx2.AsyncClient(headers=headers) as http:
                return await both(Client(streamable_http_client(listener.url, http_client=http)))

        assert "| researcher |" in anyio.run(with_key)[1]


def test_over_standard_input_and_output(app: Any, embedded_clickhouse: str, tmp_path: Path) -> None:
    assert app  # has loaded what is asked for
    reader = embedded_clickhouse.replace("//", "//reader@")
    environment = {"CLICKHOUSE_URL": embedded_clickhouse, "CLICKHOUSE_READER_URL": reader}
    with served(tmp_path / "log", **environment) as rest:
        command = ["-m", "query_service", "mcp", "--url", str(rest.base_url)]
        started = StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ))
        tools, text = anyio.run(both, Client(stdio_client(started)))
    assert len(tools) == 10
    assert "| researcher |" in text


def test_a_service_that_is_away_is_named() -> None:
    command = ["-m", "query_service", "mcp", "--url", f"http://127.0.0.1:{free_port()}"]
    started = StdioServerParameters(command=sys.executable, args=command, env=dict(os.environ))
    assert "does not answer at" in anyio.run(both, Client(stdio_client(started)))[1]


def test_without_keys_it_listens_on_this_machine_only() -> None:
    command = [sys.executable, "-m", "query_service", "mcp", "--http", "--host", "0.0.0.0"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert "0.0.0.0 can be reached by others" in ran.stderr
