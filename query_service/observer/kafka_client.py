"""Connections to Kafka that survive its absence."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from kafka.admin import KafkaAdminClient
from kafka.consumer import KafkaConsumer
from kafka.errors import BrokerResponseError, KafkaError
from kafka.structs import TopicPartition

from agent_sdk.kafka_login import kafka_login
from query_service.errors import Unavailable

CLIENT_ID = "agent-telemetry-observer"
TIMEOUT_MS = 10_000
CONNECTION = {
    "client_id": CLIENT_ID,
    "request_timeout_ms": TIMEOUT_MS,
    "bootstrap_timeout_ms": TIMEOUT_MS,
    "reconnect_backoff_max_ms": 1_000,
}


def check_reachable(servers: str) -> None:
    """Raise Unavailable unless one of the servers takes a TCP connection."""
    for server in servers.split(","):
        host, _, port = server.strip().rpartition(":")
        with suppress(OSError), socket.create_connection((host.strip("[]"), int(port)), timeout=2):
            return
    raise Unavailable(f"Kafka does not answer at {servers}: is it running?")


def made(kind: Any, **config: Any) -> Any:
    """A client of kafka-python. Raises KafkaError, and leaves nothing behind: when its constructor
    fails it keeps its thread and its sockets."""
    client = kind.__new__(kind)
    try:
        client.__init__(**config, **kafka_login().options())
    except KafkaError:
        if (own := getattr(client, "_client", None)) is not None:
            own.close()
        raise
    return client


class AdminConnection:
    """One admin client, made at first use and again after an error."""

    def __init__(self, servers: str) -> None:
        self._servers = servers
        self._admin: Any = None

    @contextmanager
    def admin(self) -> Iterator[Any]:
        """The client. Any error in the block drops it: its caches of coordinators may be stale.

        Raises Unavailable when Kafka is away.
        """
        try:
            if self._admin is None:
                check_reachable(self._servers)
                self._admin = made(KafkaAdminClient, bootstrap_servers=self._servers, **CONNECTION)
            yield self._admin
        except Exception:
            self.drop()
            raise

    def drop(self) -> None:
        """Close the client; the next use makes another."""
        admin, self._admin = self._admin, None
        if admin is not None:
            with suppress(KafkaError):
                admin.close()


@contextmanager
def consumer(servers: str) -> Iterator[Any]:
    """A consumer without a group: it can be placed anywhere and commits nothing.

    Raises Unavailable when Kafka is away.
    """
    check_reachable(servers)
    reader = made(
        KafkaConsumer,
        bootstrap_servers=servers,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        max_partition_fetch_bytes=4 << 20,
        **CONNECTION,
    )
    try:
        yield reader
    finally:
        reader.close()


def partition_offsets(
    admin: Any, partitions: Sequence[TopicPartition], spec: Any
) -> dict[TopicPartition, int]:
    """The oldest or newest offsets (an OffsetSpec) of all partitions that have a leader.

    kafka-python fails the whole request for one partition without: then the halves are asked, so
    that an offline partition costs a few requests and not the sight of all others.
    """
    if not partitions:
        return {}
    try:
        # 1 ms: without it a missing leader is waited for.
        found = admin.list_partition_offsets(dict.fromkeys(partitions, spec), timeout_ms=1)
    except BrokerResponseError:
        if len(partitions) == 1:
            return {}
        half = len(partitions) // 2
        return partition_offsets(admin, partitions[:half], spec) | partition_offsets(
            admin, partitions[half:], spec
        )
    return {partition: o.offset for partition, o in found.items() if o.offset >= 0}
