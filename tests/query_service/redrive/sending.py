"""Kafka that keeps what it is sent, for the route alone."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from kafka.errors import KafkaError

from query_service import kafka_sender
from query_service.errors import Unavailable
from query_service.observer import kafka_client


class Record(NamedTuple):
    """A record that Kafka has."""

    topic: str
    offset: int
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]
    partition: int = 7


class FakeKafka:
    """`topics` exist; `fails` says what becomes of a record; `is_away`: nothing answers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *topics: str) -> None:
        self.topics = set(topics)
        self.sent: list[Record] = []
        self.fails: Callable[[int], KafkaError | None] = lambda number: None
        self.is_away = False
        self._tried = 0
        monkeypatch.setattr(kafka_sender, "check_reachable", self._check)
        monkeypatch.setattr(kafka_client, "check_reachable", self._check)
        monkeypatch.setattr(kafka_sender, "KafkaProducer", lambda **_: self)
        monkeypatch.setattr(kafka_client, "KafkaAdminClient", lambda **_: self)

    def _check(self, servers: str) -> None:
        if self.is_away:
            raise Unavailable(f"Kafka does not answer at {servers}: is it running?")

    def list_topics(self) -> list[str]:
        return sorted(self.topics)

    def send(
        self, topic: str, key: bytes, value: bytes, headers: list[tuple[str, bytes]]
    ) -> "_Future":
        self._tried += 1
        if error := self.fails(self._tried):
            return _Future(error)
        record = Record(topic, 1000 + len(self.sent), key, value, headers)
        self.sent.append(record)
        return _Future(record)

    def close(self, **_: Any) -> None:
        pass


class _Future:
    def __init__(self, told: Record | KafkaError) -> None:
        self._told = told

    def get(self, timeout: float) -> Record:
        if isinstance(self._told, KafkaError):
            raise self._told
        return self._told
