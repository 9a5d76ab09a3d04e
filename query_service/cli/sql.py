"""`agent-telemetry sql`: ask the tables by SQL, read-only."""

import click
import httpx

from query_service.settings import settings


@click.command()
@click.argument("statement")
@click.option("--format", "output", default="PrettyCompact", show_default=True, help="Any FORMAT.")
def sql(statement: str, output: str) -> None:
    """Run one read-only STATEMENT and print what it gives.

    Example: agent-telemetry sql "SELECT agent, count() FROM agent_messages FINAL GROUP BY agent"
    """
    configured = settings()
    try:
        # By GET, which ClickHouse runs read-only: the address may be that of a user who may write.
        answer = httpx.get(
            configured.clickhouse_reader_url,
            params={
                "database": configured.clickhouse_database,
                "default_format": output,
                "query": statement,
            },
            timeout=60,
        )
    except httpx.TransportError as error:
        raise click.ClickException(f"ClickHouse does not answer: {error}") from error
    if answer.is_error:
        raise click.ClickException(answer.text.strip())
    click.echo(answer.text, nl=False)
