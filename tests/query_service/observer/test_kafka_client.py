"""Kafka away, and Kafka with a part of it away."""

import socket
import threading
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.admin import OffsetSpec
from kafka.errors import KafkaConnectionError, KafkaTimeoutError, NotLeaderForPartitionError
from kafka.structs import TopicPartition

from query_service.errors import Unavailable
from query_service.observer.kafka_client import (
    CONNECTION,
    AdminConnection,
    consumer,
    partition_offsets,
)
from tests.ports import free_port
from tests.waiting import wait_until


@dataclass
class Offset:
    offset: int


class Admin:
    """Fails a request in which there is a partition without a leader."""

    def __init__(self, offline: set[int]) -> None:
        self.offline = offline
        self.requests = 0

    def list_partition_offsets(
        self, specs: dict[TopicPartition, Any], timeout_ms: int
    ) -> dict[TopicPartition, Offset]:
        self.requests += 1
        if any(p.partition in self.offline for p in specs):
            raise NotLeaderForPartitionError
        return {p: Offset(p.partition) for p in specs}


@given(count=st.integers(0, 40), offline=st.frozensets(st.integers(0, 39)))
def test_offline_partitions_are_left_out(count: int, offline: frozenset[int]) -> None:
    partitions = [TopicPartition("t", i) for i in range(count)]
    found = partition_offsets(Admin(set(offline)), partitions, OffsetSpec.LATEST)
    assert {p.partition: o for p, o in found.items()} == {
        i: i for i in range(count) if i not in offline
    }


def test_one_offline_partition_costs_few_requests() -> None:
    admin = Admin({500})
    partition_offsets(admin, [TopicPartition("t", i) for i in range(900)], OffsetSpec.LATEST)
    assert admin.requests < 25


def test_an_error_of_the_connection_is_not_taken_for_an_offline_partition() -> None:
    class Broken:
        def list_partition_offsets(self, specs: object, timeout_ms: int) -> object:
            raise KafkaConnectionError

    with pytest.raises(KafkaConnectionError):
        partition_offsets(Broken(), [TopicPartition("t", 0)], OffsetSpec.LATEST)


def test_kafka_away_is_told_at_once() -> None:
    servers = f"127.0.0.1:{free_port()},127.0.0.1:{free_port()}"
    with (
        pytest.raises(Unavailable, match="Kafka does not answer"),
        AdminConnection(servers).admin(),
    ):
        pass
    with pytest.raises(Unavailable, match="Kafka does not answer"), consumer(servers):
        pass


def test_a_server_that_never_answers_leaves_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("bootstrap_timeout_ms", "request_timeout_ms"):
        monkeypatch.setitem(CONNECTION, name, 1_000)
    before = threading.active_count()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        servers = f"127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(KafkaTimeoutError), AdminConnection(servers).admin():
            pass
        with pytest.raises(KafkaTimeoutError), consumer(servers):
            pass
    wait_until(lambda: threading.active_count() <= before)
