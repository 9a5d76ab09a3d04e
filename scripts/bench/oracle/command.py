"""`scripts/bench.sh oracle`: see its --help."""

import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import httpx
from clickhouse_connect.driver.client import Client

from bench.load import TooFewMessages
from bench.load.command import offsets_option, open_tasks_option, prepare
from bench.queries.endpoints import Endpoint
from bench.queries.measure import Figures, one_by_one
from bench.queries.parts import Parts
from bench.queries.run import filled, now, settle
from query_service.db import connect

SQL = Path(__file__).parent / "sql"
HISTORY = timedelta(hours=1)
TARGET_MS = 200
PAST_MS = 1_000
STATE = "/api/v1/oracle/state"
OVER_TIME = ("/api/v1/oracle/history", "/api/v1/oracle/diff")
ASKED = (
    STATE,
    f"{STATE}?strict=false",
    f"{STATE}?format=summary",
    *(f"/api/v1/oracle/{name}" for name in ("agents", "workload", "queues", "llm", "issues")),
)


@click.command()
@click.option("--messages", default=1_000_000, show_default=True, help="And as many spans.")
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="Keeps the data.")
@click.option("--seed", default=1, show_default=True)
@open_tasks_option
@offsets_option
@click.option("--requests", default=30, show_default=True, help="To each endpoint.")
def oracle(
    messages: int, home: Path | None, seed: int, open_tasks: int, offsets_every: int, requests: int
) -> None:
    """How long the state takes: 200 agents with traffic of 7 days, and 200 Deployments with 1,000
    pods that were observed for an hour.

    Starts an embedded ClickHouse, the observer's jobs on tables and the query service, all its own.
    """
    with ExitStack() as kept:
        root = home or Path(kept.enter_context(tempfile.TemporaryDirectory()))
        parts = kept.enter_context(Parts(root / str(messages)))
        parts.clickhouse()
        prepare(parts.settings)
        client = connect(parts.settings, timeout=600)
        try:
            load, _ = filled(parts.home, client, messages, seed, open_tasks, offsets_every)
        except TooFewMessages as error:
            raise click.UsageError(str(error)) from error
        cluster = Cluster(client)
        cluster.observe()
        loaded_at = now(client)
        parts.maintenance()
        settle(client, loaded_at)
        parts.query_service()
        past = f"{STATE}?at={load.end - timedelta(days=3):%FT%TZ}"
        figures = {}
        targets = dict.fromkeys((*OVER_TIME, past), PAST_MS)
        for request in (*ASKED, *targets):
            target = targets.get(request, TARGET_MS)
            cluster.observe()
            figures[request] = one_by_one(parts.url, Endpoint(STATE, request, target), requests)
        summary = httpx.get(f"{parts.url}{STATE}?format=summary", timeout=60).json()
    click.echo(table(figures, targets))
    click.echo(", ".join(f"{name} {value}" for name, value in summary.items() if name != "issues"))


class Cluster:
    """What is observed of a cluster, up to now; from an hour before on."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._until = datetime.now(UTC) - HISTORY

    def observe(self) -> None:
        """Insert what would have been recorded since the last time."""
        since, self._until = self._until, datetime.now(UTC)
        times = {"since": f"{since:%F %T.%f}", "until": f"{self._until:%F %T.%f}"}
        for name in ("things", "figures"):
            self._client.command((SQL / f"{name}.sql").read_text(), parameters=times)


def table(figures: dict[str, Figures], targets: dict[str, int]) -> str:
    """Times in ms as Markdown; what misses its target is bold."""
    lines = ["| GET | target | p50 | p95 | KB |", "|---|---|---|---|---|"]
    for request, found in figures.items():
        target = targets.get(request, TARGET_MS)
        p95 = f"{found.p95:.0f}" if found.p95 <= target else f"**{found.p95:.0f}**"
        failed = f" ({found.failed} × not 200, {found.status})" if found.failed else ""
        size = round(found.bytes / 1024)
        lines.append(f"| `{request}` | {target} | {found.p50:.0f} | {p95}{failed} | {size} |")
    return "\n".join(lines) + "\n"
