"""Waits until what was sent is stored, and worked out by the observer."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.queries.run import settle
from query_service.db import connect
from query_service.settings import Settings
from tests.faults.send import Sent

SECONDS = 1_800
_SQL = (Path(__file__).parent / "stored.sql").read_text()


def wait_stored(clickhouse: str, sent: Sequence[Sent], say: Callable[[str], None]) -> None:
    """Raises TimeoutError."""
    client = connect(Settings(clickhouse_url=clickhouse), timeout=600)
    wanted = {
        name: sum(getattr(world, name) for world in sent)
        for name in ("messages", "spans", "events", "offsets", "things")
    }
    deadline, said = time.monotonic() + SECONDS, 0.0
    suffixes = [world.spec.suffix for world in sent]
    while True:
        [stored] = client.query(_SQL, parameters={"suffixes": suffixes}).named_results()
        missing = {name: count - stored[name] for name, count in wanted.items()}
        if not (left := {name: count for name, count in missing.items() if count > 0}):
            break
        if time.monotonic() > deadline:
            raise TimeoutError(f"not stored after {SECONDS} s: {left}")
        if time.monotonic() > said + 15:
            said = time.monotonic()
            say(f"not stored yet: {', '.join(f'{n:,} {name}' for name, n in left.items())}")
        time.sleep(1)


def wait_worked_out(clickhouse: str, say: Callable[[str], None]) -> None:
    """Until the observer has seen all of it. Raises TimeoutError."""
    client = connect(Settings(clickhouse_url=clickhouse), timeout=600)
    say("stored; waiting for the observer")
    # It forgives half a minute, in which it had been stopped.
    settle(client, datetime.now(UTC) + timedelta(seconds=30))
