"""Messages and spans that arrive while others ask.

They are made before: what is measured is what arrivals cost, not what making them costs.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clickhouse_connect.driver.client import Client

from bench.load import CHUNK, Load, insert
from query_service.db import connect
from query_service.settings import Settings

SQL = Path(__file__).parent / "sql"
STAGING = "bench_arrivals"
LINGER = 0.1
"""Seconds that the Collector waits for more before an insert."""
_TABLES = ("records", "traces", "logs")
_TAIL = 4 * 3600
"""Seconds after which the last made-up answer has come."""


class Arrivals:
    """Traffic of `rate` messages/s, and as many spans, for `seconds`; follows what `load` made.

    The later it begins, the higher its numbers: a home that was filled before has lower ones.
    """

    def __init__(self, settings: Settings, load: Load, rate: int, seconds: int) -> None:
        self._settings, self._rate, self._seconds = settings, rate, seconds
        self._load = load
        self.begins = datetime.now(UTC)
        passed = (self.begins - load.end) // timedelta(seconds=1)
        self._first = load.messages // 2 // 10 * 10 + max(0, passed) * rate // 20 * 10
        self._stop = threading.Event()

    def make(self) -> None:
        """Make it, in a database beside; it begins a second later."""
        client = connect(self._settings, database="default")
        named = {"staging": STAGING, "database": self._settings.clickhouse_database}
        client.command("DROP DATABASE IF EXISTS {staging:Identifier}", parameters=named)
        client.command("CREATE DATABASE {staging:Identifier} ENGINE = Atomic", parameters=named)
        staging = connect(self._settings, database=STAGING, timeout=600)
        for table in _TABLES:
            staging.command((SQL / f"stage_{table}.sql").read_text(), parameters=named)
        pairs = self._rate * self._seconds // 2
        self.begins = datetime.now(UTC) + timedelta(seconds=3 + pairs / 2_500)
        traces_a_second = self._rate / 20
        before = self._first // 10
        traces = before + round(traces_a_second * (self._seconds + _TAIL))
        start = self.begins - timedelta(seconds=before / traces_a_second)
        bound = {
            "seed": self._load.seed,
            "messages": traces * 20,
            "start": _micros(start),
            "end": _micros(start) + round(traces / traces_a_second * 1e6) + 30_000_000,
            "running": 0,
            "waiting_from": 2**63,
            "open_below": 2**64 // 250,
            "lane": "main",
        }
        for first in range(0, pairs, CHUNK):
            part = {"first": self._first + first, "count": min(CHUNK, pairs - first)}
            for name in ("records", "spans", "errors", "events"):
                insert(staging, name, bound | part)

    @contextmanager
    def pouring(self) -> Iterator[None]:
        """Insert what is due, as the Collector does, until the end of the block."""
        threads = [threading.Thread(target=self._pour, args=(table,)) for table in _TABLES]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    @property
    def over(self) -> bool:
        """Whether there was not enough of it."""
        return datetime.now(UTC) > self.begins + timedelta(seconds=self._seconds)

    def _pour(self, table: str) -> None:
        statement = (SQL / f"pour_{table}.sql").read_text()
        client: Client = connect(self._settings, database=STAGING)
        after = _micros(self.begins) - 60_000_000
        while not self._stop.wait(LINGER):
            until = _micros(datetime.now(UTC))
            client.command(
                statement,
                parameters={
                    "database": self._settings.clickhouse_database,
                    "after": after,
                    "until": until,
                },
            )
            after = until

    def wait_for_begin(self, more: float) -> None:
        """Return `more` seconds after the first arrival."""
        begin = self.begins + timedelta(seconds=more)
        time.sleep(max(0.0, (begin - datetime.now(UTC)).total_seconds()))


def _micros(when: datetime) -> int:
    return round(when.timestamp() * 1e6)
