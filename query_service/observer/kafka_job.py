"""Looks at Kafka and records what changed."""

import logging
import time
from contextlib import suppress
from itertools import islice

from query_service.db import Database
from query_service.errors import Unavailable
from query_service.observer.kafka_source import KafkaSource
from query_service.observer.otlp_metrics import MetricsSender
from query_service.observer.samples import Metric, Recorded, Samples, Series

log = logging.getLogger(__name__)

POINTS_PER_REQUEST = 10_000  # about 1.5 MB: far below the 16 MiB of a record


class KafkaJob:
    """One round: read, compare, send. What could not be sent is due again in the next round."""

    def __init__(
        self, source: KafkaSource, sender: MetricsSender, database: Database, keep_alive: float
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
