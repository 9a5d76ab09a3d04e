"""A round over many topics and groups: the look alone, and with what is recorded of it."""

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import click
from kafka.admin import KafkaAdminClient
from kafka.protocol.consumer.group import JoinGroupRequest, SyncGroupRequest
from kafka.protocol.consumer.metadata import (
    ConsumerProtocolAssignment,
    ConsumerProtocolSubscription,
)
from kafka.structs import OffsetAndMetadata, TopicPartition
from local_stack.stack import Stack

from query_service.db import Database
from query_service.observer.kafka_client import AdminConnection
from query_service.observer.kafka_job import KafkaJob
from query_service.observer.kafka_source import KafkaSource
from query_service.observer.otlp_metrics import MetricsSender
from query_service.settings import Settings

KEEP_ALIVE = 60.0
_SESSION_MS = 1_800_000
"""Members that say no more stay so long."""


def measure(stack: Stack, topics: int, partitions: int, rounds: int) -> None:
    """Make the topics and groups, and print the table."""
    kafka = stack.settings.kafka
    names = [f"agent-queue-observed-{number}" for number in range(topics)]
    _make(kafka, names, partitions)
    connection = AdminConnection(kafka)
    source = KafkaSource(connection)
    sender = MetricsSender(f"http://127.0.0.1:{stack.settings.otlp_http_port}")
    database = Database(Settings(clickhouse_url=stack.settings.clickhouse))
    jobs = (KafkaJob(source, sender, database, KEEP_ALIVE) for _ in range(rounds))
    settled = KafkaJob(source, sender, database, KEEP_ALIVE)
    settled.run()
    samples = len(source.read().samples)
    click.echo(
        f"\n{topics} topics of {partitions} partitions, each with a group of one member that has "
        f"committed: {samples:,} figures\n\n"
        "| | rounds | min ms | median ms | max ms |\n|---|---|---|---|---|"
    )
    _print("the look alone", _times(source.read, rounds))
    _print("a round in which nothing changed", _times(settled.run, rounds))
    _print("the first round: every figure is recorded", _times(lambda: next(jobs).run(), rounds))
    sender.close()
    connection.drop()


def _times(work: Callable[[], Any], rounds: int) -> list[float]:
    took = []
    for _ in range(rounds):
        began = time.monotonic()
        work()
        took.append(1000 * (time.monotonic() - began))
    return took


def _print(what: str, took: list[float]) -> None:
    figures = (f"{figure(took):,.0f}" for figure in (min, statistics.median, max))
    click.echo(f"| {what} | {len(took)} | {' | '.join(figures)} |")


def _make(kafka: str, names: list[str], partitions: int) -> None:
    admin: Any = KafkaAdminClient(bootstrap_servers=kafka)
    admin.create_topics(
        {name: {"num_partitions": partitions, "replication_factor": 1} for name in names}
    )
    admin.wait_for_topics(names, timeout_ms=120_000)
    for name in names:
        placed = {TopicPartition(name, p): OffsetAndMetadata(0, "", -1) for p in range(partitions)}
        admin.alter_group_offsets(_group(name), placed)
    for name in names:
        _join(admin, name, partitions)
    admin.close()


def _join(admin: Any, topic: str, partitions: int) -> None:
    """Leaves a member behind that says no more: 500 consumers would take the machine."""
    own = {"group_id": _group(topic), "group_instance_id": "one", "protocol_type": "consumer"}
    subscription = ConsumerProtocolSubscription(topics=[topic], user_data=b"", version=0)
    coordinator = admin.describe_cluster()["brokers"][0]["broker_id"]

    def ask(request: Any) -> Any:
        answer = admin._manager.run(partial(admin._manager.send, request, node_id=coordinator))
        if answer.error_code:
            raise click.ClickException(f"{topic}: {answer}")
        return answer

    joined = ask(
        JoinGroupRequest(
            **own, session_timeout_ms=_SESSION_MS, rebalance_timeout_ms=_SESSION_MS, member_id="",
            protocols=[("range", subscription.encode())], max_version=7,
        )
    )  # fmt: skip
    assigned = ConsumerProtocolAssignment(
        assigned_partitions=[(topic, list(range(partitions)))], user_data=b"", version=0
    )
    ask(
        SyncGroupRequest(
            **own, generation_id=joined.generation_id, member_id=joined.member_id,
            protocol_name="range", assignments=[(joined.member_id, assigned.encode())],
            max_version=5,
        )
    )  # fmt: skip


def _group(topic: str) -> str:
    return f"{topic}-consumer"
