"""`agent-telemetry keys`: make keys for the query service."""

import click

from query_service.access.keys import create as create_key
from query_service.access.roles import Role


@click.group()
def keys() -> None:
    """Make keys for the query service."""


@keys.command()
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--name", required=True, help="Who will use it; it stands in the audit log.")
def create(role: str, name: str) -> None:
    """Make a key: a viewer reads, an operator also acts.

    The key is shown once and kept nowhere; the service needs only its line, which holds a hash.
    """
    secret, key = create_key(Role(role), name)
    click.echo(f"Key, shown this once:      {secret}")
    click.echo(f"Line for QUERY_KEYS_FILE:  {key.line}")
