"""`agent-telemetry wait`: return when a part is there that others need."""

import time
from collections.abc import Callable
from functools import partial

import click
from clickhouse_connect.driver.exceptions import ClickHouseError
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from agent_sdk.kafka_login import kafka_login
from clickhouse.migrate import migrations
from query_service.db import Database, connect
from query_service.errors import AgentTelemetryError
from query_service.observer.kafka_client import check_reachable, made
from query_service.settings import Settings, settings

PAUSE = 2.0  # s
AGAIN = 30.0  # s until the same is said again
TIMEOUT_MS = 10_000


class NotYet(AgentTelemetryError):
    """It answers, but is not as far as it has to be."""


@click.command()
@click.argument("part", type=click.Choice(["clickhouse", "kafka", "schema"]))
@click.option(
    "--timeout", default=3600.0, show_default=True, type=click.FloatRange(0), help="Seconds."
)
def wait(part: str, timeout: float) -> None:
    """Return when ClickHouse or Kafka answers, or the schema is at least that of this version.

    What is missing is said now and then. Exit status 1 when it is still missing in the end.
    """
    check = partial(_CHECKS[part], settings())
    kafka_login()  # what is wrong with settings is told at once
    deadline = time.monotonic() + timeout
    told, next_word = "", 0.0
    while missing := _missing(check):
        now = time.monotonic()
        if now >= deadline:
            raise click.ClickException(missing)
        if missing != told or now >= next_word:
            click.echo(f"waiting for {part}: {missing}", err=True)
            told, next_word = missing, now + AGAIN
        time.sleep(min(PAUSE, deadline - now))
    click.echo(f"{part} is there")


def _missing(check: Callable[[], None]) -> str:
    """What keeps the part from being there; empty when nothing does."""
    try:
        check()
    except (AgentTelemetryError, ClickHouseError, KafkaError) as error:
        lines = str(error).splitlines() or [""]
        return lines[0] or type(error).__name__
    return ""


def _clickhouse(parts: Settings) -> None:
    connect(parts, database="").command("SELECT 1")


def _kafka(parts: Settings) -> None:
    servers = parts.kafka_bootstrap_servers
    check_reachable(servers)
    admin = made(KafkaAdminClient, bootstrap_servers=servers, bootstrap_timeout_ms=TIMEOUT_MS)
    try:
        admin.list_topics()
    finally:
        admin.close()


def _schema(parts: Settings) -> None:
    """A newer one serves as well: this version goes on while the next is rolled out."""
    [found] = Database(parts).rows("health/schema")
    if found["version"] < (wanted := migrations()[-1].number):
        raise NotYet(f"the schema has version {found['version']}, {wanted} is needed")


_CHECKS = {"clickhouse": _clickhouse, "kafka": _kafka, "schema": _schema}
