"""`agent-telemetry mcp`: the MCP server, for Claude Code and other models."""

from pathlib import Path

import click

from query_service.mcp import listener
from query_service.mcp.server import server
from query_service.mcp.service import over_http
from query_service.settings import settings


@click.command()
@click.option("--http", is_flag=True, help="Listen for streamable HTTP at /mcp, beside gunicorn.")
@click.option("--host", default="127.0.0.1", show_default=True, help="With --http: where.")
@click.option("--port", type=int, help="With --http: at which port.  [default: MCP_PORT, 8081]")
@click.option("--url", help="Without --http: the query service.  [default: port QUERY_PORT]")
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Without --http: a file with a key of the query service.",
)
def mcp(http: bool, host: str, port: int | None, url: str | None, key_file: Path | None) -> None:
    """Serve ten tools that read, over the standard input and output or over HTTP.

    \b
    claude mcp add agent-telemetry -- agent-telemetry mcp
    claude mcp add --transport http agent-telemetry http://localhost:8081/mcp
    """
    if http:
        listener.run(settings(), host, port or settings().mcp_port)
        return
    key = key_file.read_text().strip() if key_file else None
    address = url or f"http://127.0.0.1:{settings().query_port}"
    server(over_http(address, key)).run("stdio")
