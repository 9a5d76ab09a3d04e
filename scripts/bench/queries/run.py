"""Measures one size: fills, waits for the observer, asks."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
from clickhouse_connect.driver.client import Client

from bench.load import Filled, Load, fill
from bench.load.command import prepare
from bench.queries.arrivals import Arrivals
from bench.queries.endpoints import Endpoint, endpoints, past_endpoints
from bench.queries.measure import Figures, crowd, one_by_one
from bench.queries.parts import Parts, document
from bench.queries.report import Size
from query_service.db import connect

SQL = Path(__file__).parent / "sql"
CATCH_UP_SECONDS = 3_600
PAST = timedelta(days=3)
PAST_REQUESTS = 10
SLOWER = 8
"""So many times as long as idle answers those beside arrivals may take until these are over."""


@dataclass(frozen=True)
class Wanted:
    """What to measure; `arrivals` (messages/s) and `clients` may be 0: not. After `ramp` s the
    arrivals of a second are as they stay."""

    seed: int
    open_tasks: int
    offsets_every: int
    requests: int
    arrivals: int
    clients: int
    seconds: int
    ramp: int


def measure_size(home: Path, messages: int, wanted: Wanted) -> tuple[list[Endpoint], Size]:
    """Everything about `messages` messages, kept below `home`."""
    with Parts(home) as parts:
        parts.clickhouse()
        prepare(parts.settings)
        client = connect(parts.settings, timeout=600)
        traffic = wanted.seed, wanted.open_tasks, wanted.offsets_every
        load, took = filled(home, client, messages, *traffic)
        client.command(_sql("findings"), parameters={"at": f"{load.end:%F %T}"})
        began = time.monotonic()
        loaded_at = now(client)
        parts.maintenance()
        settle(client, loaded_at)
        caught_up = time.monotonic() - began
        parts.query_service()
        described = document(parts)
        chosen = endpoints(described, _known(client, load.end))
        size = Size(messages, took, caught_up, _disk(client))
        size.idle = _ask(parts.url, chosen, wanted.requests, "idle")
        at = load.end - PAST
        past = past_endpoints(described, _known(client, at), f"{at:%FT%TZ}")
        size.past = _ask(parts.url, past, min(wanted.requests, PAST_REQUESTS), "past")
        if wanted.arrivals:
            size.arrivals_rate = wanted.arrivals
            size.arrivals = _ask_busy(parts, load, chosen, size.idle, wanted)
        if wanted.clients:
            size.crowd = crowd(parts.url, chosen, wanted.clients, wanted.seconds)
        return chosen, size


def _known(client: Client, at: datetime) -> dict[str, str]:
    """Values for parameters of paths, of what was there at a time."""
    [known] = client.query(_sql("known"), parameters={"at": f"{at:%F %T}"}).named_results()
    return {name: str(value) for name, value in known.items()}


def filled(
    home: Path, client: Client, messages: int, seed: int, open_tasks: int, offsets_every: int
) -> tuple[Load, Filled | None]:
    """Fill, unless `home` has it all from an earlier run."""
    done = home / "loaded.json"
    if done.exists():
        kept = json.loads(done.read_text())
        kept["end"] = datetime.fromisoformat(kept["end"])
        age = datetime.now(UTC) - kept["end"]
        _say(f"{home} has the messages up to {kept['end']:%F %T} ({age} ago)")
        return Load(**kept), None
    load = Load(messages, datetime.now(UTC), seed, open_tasks, offsets_every)
    took = fill(client, load, _say)
    done.write_text(json.dumps(asdict(load) | {"end": load.end.isoformat()}))
    return load, took


def now(client: Client) -> datetime:
    """By the clock of ClickHouse."""
    time: datetime = client.query("SELECT now64(3)").result_rows[0][0]
    return time


def settle(client: Client, loaded_at: datetime) -> None:
    """Wait until the observer has seen all that was loaded, and merges rest.

    Raises TimeoutError.
    """

    def behind() -> list[str]:
        rows = client.query(_sql("behind"), parameters={"loaded_at": loaded_at}).result_rows
        return [f"observer: {job}" for (job,) in rows]

    def merging() -> list[str]:
        merges = client.query(_sql("merges")).result_rows[0][0]
        return [f"{merges} merges"] if merges else []

    for missing in (behind, merging):
        _wait(missing)


def _wait(missing: Callable[[], list[str]]) -> None:
    deadline = time.monotonic() + CATCH_UP_SECONDS
    said = time.monotonic()
    while what := missing():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not done after {CATCH_UP_SECONDS} s: {', '.join(what)}")
        if time.monotonic() > said + 30:
            said = time.monotonic()
            _say(f"waiting for {', '.join(what)}")
        time.sleep(0.5)


def _ask(url: str, chosen: list[Endpoint], requests: int, name: str) -> dict[str, Figures]:
    figures = {}
    for endpoint in chosen:
        figures[endpoint.path] = found = one_by_one(url, endpoint, requests)
        _say(f"{name}: {endpoint.request} {found.status} p95 {found.p95:.0f} ms")
    return figures


def _ask_busy(
    parts: Parts, load: Load, chosen: list[Endpoint], idle: dict[str, Figures], wanted: Wanted
) -> dict[str, Figures]:
    took = sum(f.p95 / 1000 * (wanted.requests + 3) for f in idle.values())
    seconds = round(2 * wanted.ramp + SLOWER * took)
    arrivals = Arrivals(parts.settings, load, wanted.arrivals, seconds)
    _say(f"making {wanted.arrivals} messages/s")
    arrivals.make()
    with arrivals.pouring():
        arrivals.wait_for_begin(wanted.ramp)
        figures = _ask(parts.url, chosen, wanted.requests, "with arrivals")
    if arrivals.over:
        _say("the arrivals were over before the last answer")
    return figures


def _disk(client: Client) -> dict[str, int]:
    rows = client.query(_sql("disk")).named_results()
    return {row["table"]: row["bytes"] for row in rows}


def _sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text()


def _say(line: str) -> None:
    click.echo(line, err=True)
