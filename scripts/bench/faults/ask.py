"""Asks for the diagnosis of each world, and has it judged."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click
import httpx

from tests.faults.judge import Item, Verdict, judge, of_world
from tests.faults.send import Sent

WINDOW_MINUTES = 60


@dataclass
class Result:
    """A world with its findings."""

    sent: Sent
    items: list[Item]
    verdict: Verdict
    seconds: float


def ask_all(url: str, sent: Sequence[Sent], say: Callable[[str], None]) -> list[Result]:
    """One after the other, as they lie in time."""
    results = []
    with httpx.Client(base_url=url, timeout=120, trust_env=False) as client:
        diagnose(client, sent[0].spec.at)  # what is read once is read
        for number, world in enumerate(sent, 1):
            began = time.perf_counter()
            document = diagnose(client, world.spec.at)
            took = time.perf_counter() - began
            items = of_world(document["issues"]["items"], world.spec.suffix)
            results.append(Result(world, items, judge(items, world.truths), took))
            if number % 50 == 0:
                say(f"{number} of {len(sent)} worlds asked about")
    return results


def diagnose(client: httpx.Client, at: float) -> dict[str, Any]:
    """As it was at a time. Raises httpx.HTTPStatusError with what the service says."""
    asked: dict[str, str | int] = {
        "at": f"{datetime.fromtimestamp(at, UTC):%FT%TZ}",
        "time_window_minutes": WINDOW_MINUTES,
        "format": "json",
        "limit": 1_000,
    }
    answer = client.get("/api/v1/claude/diagnose", params=asked)
    if answer.is_error:
        raise httpx.HTTPStatusError(answer.text[:500], request=answer.request, response=answer)
    document: dict[str, Any] = answer.json()
    if failed := document["metadata"]["failed_detectors"]:
        raise click.ClickException(f"detectors failed: {failed}")
    if omitted := document["issues"]["omitted"]:
        raise click.ClickException(f"{omitted} findings were left out")
    return document
