"""Fills a ClickHouse with realistic traffic, through the landing tables.

Everything is made by ClickHouse itself, from a hash of the seed and the number of a row, so the
same arguments give the same rows. The statements are beside this file; model.sql says what is made.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client

SQL = Path(__file__).parent
DAYS = 7
CHUNK = 50_000
"""Pairs of messages in one insert."""
WAITING_SHARE = 0.6
"""Of the open tasks: those at the ends of queues; the others were taken and never answered."""
RUNNING_TRACES = 60
AT_ONCE = 2
"""Inserts: one alone leaves a core idle."""
LANES = ("early", "main", "late", "again")
"""Of records, in the order of their insertion."""
BESIDE = ("spans", "json_spans", "trace_records", "errors", "events")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Load:
    """How much is made. `messages` is a multiple of 100.

    There are as many spans, one error in 100 messages, one copy in 100 at another offset, and
    `open_tasks` tasks without an answer. Traffic is spread over the DAYS before `end` (UTC);
    Kafka's offsets are seen every `offsets_every` seconds of the last day, and hourly before.
    """

    messages: int
    end: datetime
    seed: int = 1
    open_tasks: int = 5_000
    offsets_every: int = 60


class TooFewMessages(ValueError):
    """So many open tasks do not fit into so few messages."""


def statement(name: str) -> str:
    """The text of `<name>.sql`, with the model that it asks for."""
    text = (SQL / f"{name}.sql").read_text()
    for line, part in (("-- model\n", "model"), ("-- spans\n", "all_spans")):
        text = text.replace(line, (SQL / f"{part}.sql").read_text())
    return text


@dataclass(frozen=True)
class Filled:
    """Seconds of a whole fill, and messages and spans per second without Kafka's offsets."""

    seconds: float
    rows_per_second: float


def insert(client: Client, name: str, bound: Mapping[str, Any]) -> None:
    """Insert the rows of `<name>.sql`, with the model's parameters in `bound`."""
    client.command(statement(name), parameters=dict(bound))


def fill(client: Client, load: Load, say: Say) -> Filled:
    """Insert everything; `say` gets a line about the progress now and then.

    Raises TooFewMessages.
    """
    bound = _arguments(load) | _plan(client, load)
    pairs = load.messages // 2
    started = time.monotonic()

    def make(lane: str, first: int, count: int) -> int:
        part = bound | {"first": first, "count": count, "lane": lane}
        for name in ("records", *BESIDE) if lane == "main" else ("records",):
            insert(client, name, part)
        return count

    for lane in LANES:
        chunks = list(_chunks(pairs, CHUNK if lane == "main" else CHUNK * 40))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            made = 0
            for count in pool.map(partial(make, lane), *zip(*chunks, strict=True)):
                made += count * 2
                rate = 2 * made / (time.monotonic() - started)
                if lane == "main":
                    say(f"{made:,} messages and as many spans, {rate:,.0f} rows/s")
    rate = 2 * load.messages / (time.monotonic() - started)
    say("Kafka's offsets")
    for step, first, last in _observations(load):
        for number, count in _chunks(last - first, 100):
            part = bound | {"first": first + number, "count": count, "step": step}
            insert(client, "offsets", part)
    seconds = time.monotonic() - started
    say(f"all in {seconds:.0f} s")
    return Filled(seconds, rate)


def _arguments(load: Load) -> dict[str, Any]:
    if load.messages % 100:
        raise ValueError("the number of messages has to be a multiple of 100")
    return {
        "seed": load.seed,
        "messages": load.messages,
        "start": _micros(load.end - timedelta(days=DAYS)),
        "end": _micros(load.end),
        "running": RUNNING_TRACES,
        "waiting_from": 0,
        "open_below": 0,
    }


def _micros(when: datetime) -> int:
    return round(when.timestamp() * 1e6)


def _plan(client: Client, load: Load) -> dict[str, int]:
    waiting = math.ceil(load.open_tasks * WAITING_SHARE)
    scattered = load.open_tasks - waiting
    sizes = {"waiting": waiting, "scattered": scattered, "first": 0, "count": load.messages // 2}
    [(behind, others)] = client.query(
        statement("plan"), parameters=_arguments(load) | sizes
    ).result_rows
    if (behind[1], others[1]) != (waiting, scattered):
        raise TooFewMessages(
            f"{load.open_tasks} open tasks need more than {load.messages} messages"
        )
    return {"waiting_from": behind[0], "open_below": others[0]}


def _chunks(total: int, size: int) -> Iterator[tuple[int, int]]:
    for first in range(0, total, size):
        yield first, min(size, total - first)


def _observations(load: Load) -> Iterator[tuple[int, int, int]]:
    """Seconds between two looks, and the numbers of the first and last look before the end."""
    yield load.offsets_every, 0, 86_400 // load.offsets_every
    yield 3_600, 24, 24 * DAYS
