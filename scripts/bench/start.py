"""How long scripts/up.sh takes when everything has been built."""

import os
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import click
from local_stack import build
from local_stack.cache import ROOT
from local_stack.ports import two_free_ports

_PORTS = (
    "CLICKHOUSE_PORT",
    "OTLP_GRPC_PORT",
    "OTLP_HTTP_PORT",
    "QUERY_PORT",
    "COLLECTOR_HEALTH_PORT",
)
_BROUGHT = ("KAFKA_BOOTSTRAP_SERVERS", "CLICKHOUSE_URL", "CLICKHOUSE_READER_URL")


@click.command("start")
@click.option("--runs", default=5, show_default=True, type=click.IntRange(1))
def start(runs: int) -> None:
    """scripts/up.sh until all is ready, agents too, when everything has been built."""
    build.everything()
    with tempfile.TemporaryDirectory() as home:
        first, *again = _starts(Path(home), runs)
    click.echo("| start | runs | min s | median s | max s |\n|---|---|---|---|---|")
    for name, seconds in (("new home, all built", [first]), ("same home again", again)):
        figures = [f(seconds) for f in (min, statistics.median, max)]
        click.echo(f"| {name} | {len(seconds)} | " + " | ".join(f"{s:.1f}" for s in figures) + " |")


def _starts(home: Path, runs: int) -> list[float]:
    """Seconds of `1 + runs` starts of all parts and agents over `home`, each stopped again.

    The first one formats Kafka's storage and migrates the tables. Raises click.ClickException
    when one fails; nothing is left running.
    """
    environment = _environment(home)
    return [_seconds(environment) for _ in range(1 + runs)]


def _environment(home: Path) -> dict[str, str]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in _PORTS]
        for listener in sockets:
            listener.bind(("127.0.0.1", 0))
        ports = [listener.getsockname()[1] for listener in sockets]
        chosen = {"AGENT_TELEMETRY_HOME": str(home), "KAFKA_PORT": str(two_free_ports())}
        chosen |= {name: str(port) for name, port in zip(_PORTS, ports, strict=True)}
    own = {name: value for name, value in os.environ.items() if name not in _BROUGHT}
    return own | chosen


def _seconds(environment: Mapping[str, str]) -> float:
    try:
        began = time.monotonic()
        _run(environment, "up.sh", "--detach")
        return time.monotonic() - began
    finally:
        _run(environment, "down.sh")


def _run(environment: Mapping[str, str], script: str, *options: str) -> None:
    command = [str(ROOT / "scripts" / script), *options]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise click.ClickException(f"{script} failed:\n{ran.stderr}")
