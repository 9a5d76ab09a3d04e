"""`scripts/bench.sh load`: traffic of a chosen size in a ClickHouse."""

from datetime import UTC, datetime

import click

from bench.load import Load, TooFewMessages, fill
from clickhouse.migrate import migrate
from query_service.db import connect
from query_service.settings import Settings

open_tasks_option = click.option(
    "--open-tasks", default=5_000, show_default=True, help="Tasks without an answer."
)
offsets_option = click.option(
    "--offsets-every", default=60, show_default=True,
    help="Seconds between two looks at Kafka in the last day.",
)  # fmt: skip


@click.command()
@click.option("--messages", default=1_000_000, show_default=True, help="And as many spans.")
@click.option("--seed", default=1, show_default=True)
@click.option("--url", default="http://127.0.0.1:8123", show_default=True, help="ClickHouse.")
@click.option("--database", default="agent_telemetry", show_default=True)
@click.option("--end", type=click.DateTime(), help="End of the 7 days, UTC.  [default: now]")
@open_tasks_option
@offsets_option
def load(
    messages: int,
    seed: int,
    url: str,
    database: str,
    end: datetime | None,
    open_tasks: int,
    offsets_every: int,
) -> None:
    """Fill a database with made-up traffic of 200 agents; makes it when it does not exist.

    The same options, with --end, give the same rows.
    """
    settings = Settings(clickhouse_url=url, clickhouse_database=database)
    ended = datetime.now(UTC) if end is None else end.replace(tzinfo=UTC)
    prepare(settings)
    try:
        fill(
            connect(settings, timeout=600),
            Load(messages, ended, seed, open_tasks, offsets_every),
            lambda line: click.echo(line, err=True),
        )
    except TooFewMessages as error:
        raise click.UsageError(str(error)) from error


def prepare(settings: Settings) -> None:
    """Create the settings' database and its tables, or bring these up to date."""
    connect(settings, database="default").command(
        "CREATE DATABASE IF NOT EXISTS {database:Identifier} ENGINE = Atomic",
        parameters={"database": settings.clickhouse_database},
    )
    migrate(connect(settings, timeout=600))
