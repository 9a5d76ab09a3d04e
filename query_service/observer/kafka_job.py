"""Looks at Kafka and records what changed."""

import time
from contextlib import suppress
from itertools import islice
from typing import Protocol

from query_service.db import Database
from query_service.errors import Unavailable
from query_service.observer.samples import Metric, Observation, Recorded, Samples, Series

POINTS_PER_REQUEST = 10_000  # about 1.5 MB: far below the 16 MiB of a record


class Source(Protocol):
    """Where a round is read; raises when it cannot be."""

    def read(self) -> Observation: ...


class Sender(Protocol):
    """Where samples of one time are recorded; raises when they are not."""

    def send(self, samples: Samples, observed_at: int) -> None: ...


class KafkaJob:
    """One round: read, compare, send. What could not be sent is due again in the next round."""

    def __init__(
        self, source: Source, sender: Sender, database: Database, keep_alive: float
    ) -> None:
        self._source = source
        self._sender = sender
        self._database = database
        self._recorded = Recorded(keep_alive)
        self._knows_past = False

    def run(self) -> None:
        """Raises Unavailable or KafkaError when Kafka or the Collector is away."""
        if not self._knows_past:
            with suppress(Unavailable):
                self._recorded.remember(self._last_members(), float("-inf"))
                self._knows_past = True
        seen = self._source.read()
        due = iter(self._recorded.due(seen, time.monotonic()).items())
        while batch := dict(islice(due, POINTS_PER_REQUEST)):
            self._sender.send(batch, seen.observed_at)
            self._recorded.remember(batch, time.monotonic())

    def _last_members(self) -> Samples:
        """Who was there when the observer last looked: who left since must be seen to have left."""
        return {
            Series(Metric.MEMBERS, row["topic"], group=row["consumer_group"]): row["members"]
            for row in self._database.rows("observer/last_members")
        }
