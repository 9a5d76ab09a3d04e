"""`agent-telemetry diagnose`: what is wrong, and why."""

from pathlib import Path

import click
import httpx

from query_service.errors import Unavailable
from query_service.settings import settings


@click.command()
@click.option("--minutes", default=15, show_default=True, help="How far back is looked.")
@click.option("--at", help="A past time: ISO 8601, or so long ago, like 15m.")
@click.option("--agent", help="Only what concerns this agent, with its causes.")
@click.option("--max-tokens", default=20_000, show_default=True, help="Length of the text.")
@click.option("--url", help="The query service.  [default: port QUERY_PORT of this machine]")
@click.option(
    "--key-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with a key of the query service.",
)
def diagnose(
    minutes: int,
    at: str | None,
    agent: str | None,
    max_tokens: int,
    url: str | None,
    key_file: Path | None,
) -> None:
    """Print what is wrong as markdown: causes first, with evidence, fixes and how to verify.

    Ends with 1 when something is critical or of high severity, or could not be looked for.
    """
    address = url or f"http://127.0.0.1:{settings().query_port}"
    given = {"time_window_minutes": minutes, "at": at, "agent": agent, "max_tokens": max_tokens}
    asked = {name: value for name, value in given.items() if value is not None}
    headers = {"Authorization": f"Bearer {key_file.read_text().strip()}"} if key_file else {}
    path = f"{address}/api/v1/claude/diagnose"
    try:
        answer = httpx.get(
            path, params={**asked, "format": "markdown"}, headers=headers, timeout=60
        )
    except httpx.TransportError as error:
        raise Unavailable(f"No query service answers at {address}: is it running?") from error
    if answer.is_error:
        raise click.ClickException(f"{answer.status_code}: {answer.text}")
    told = answer.json()
    click.echo(told["content"])
    if told["system_status"] != "healthy":
        raise SystemExit(1)
