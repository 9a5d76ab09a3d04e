"""`agent-telemetry migrate`: bring the database to the newest schema."""

import click

from clickhouse.migrate import MigrationError, create_database
from clickhouse.migrate import migrate as apply_migrations
from clickhouse.retention import apply_retention
from query_service.db import connect
from query_service.settings import settings


@click.command()
def migrate() -> None:
    """Create the database and its tables, or bring them to the newest schema.

    Safe to run at any time and by several at once. Retention follows the settings RETENTION_DAYS*.
    """
    configured = settings()
    cluster = configured.cluster
    create_database(
        connect(configured, database="default"), configured.clickhouse_database, cluster
    )
    client = connect(configured)
    try:
        applied = apply_migrations(client, cluster)
    except MigrationError as error:
        raise click.ClickException(str(error)) from error
    for name in applied:
        click.echo(f"applied {name}")
    for change in apply_retention(client, configured, cluster):
        click.echo(f"retention: {change}")
    click.echo(f"{configured.clickhouse_database} is up to date")
