"""`agent-telemetry sql`: ask the tables by SQL, read-only."""

import contextlib
import sys

import click

from query_service.reader import Reader
from query_service.settings import settings


@click.command()
@click.argument("statement")
@click.option("--format", "output", default="PrettyCompact", show_default=True, help="Any FORMAT.")
def sql(statement: str, output: str) -> None:
    """Run one read-only STATEMENT and print what it gives; `-` reads it from the standard input.

    Example: agent-telemetry sql "SELECT agent, count() FROM agent_messages FINAL GROUP BY agent"
    """
    text = sys.stdin.read() if statement == "-" else statement
    with contextlib.closing(Reader(settings())) as reader:
        click.echo(reader.text(text, output), nl=False)
