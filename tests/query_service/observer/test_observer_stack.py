"""The observer among the real parts."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from kafka.admin import KafkaAdminClient
from kafka.consumer import KafkaConsumer
from kafka.errors import RebalanceInProgressError
from kafka.producer import KafkaProducer
from kafka.structs import OffsetAndMetadata, TopicPartition
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, TracesData

from query_service.db import Database
from query_service.observer.kafka_client import AdminConnection
from query_service.observer.kafka_source import KafkaSource
from query_service.observer.otlp_record import TRACES
from query_service.observer.samples import Metric, Series
from tests.stack import Stack
from tests.waiting import wait_until

pytestmark = pytest.mark.stack

SECONDS = 120


@pytest.fixture
def tables(stack: Stack) -> Database:
    return Database(stack.settings)


@contextmanager
def admin_of(stack: Stack) -> Iterator[Any]:
    admin = KafkaAdminClient(bootstrap_servers=stack.kafka)
    try:
        yield admin
    finally:
        admin.close()


def ask(tables: Database, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in tables.client.query(sql, parameters=parameters).result_rows]


def members(tables: Database, group: str) -> dict[str, int]:
    """The last recorded members of a group, by topic ('' for the whole group)."""
    rows = ask(
        tables,
        "SELECT topic, argMax(value, observed_at) FROM kafka_offsets WHERE consumer_group = "
        "{group:String} AND metric = 'kafka.consumer_group.members' GROUP BY topic",
        group=group,
    )
    return {row[0]: row[1] for row in rows}


def test_who_reads_a_queue_without_a_commit_is_recorded_and_when_it_leaves(
    stack: Stack, tables: Database
) -> None:
    topic, group = "agent-queue-observed", "agent-observed-consumer"
    with admin_of(stack) as admin:
        admin.create_topics({topic: {"num_partitions": 3, "replication_factor": 1}})
        admin.wait_for_topics([topic], timeout_ms=60_000)
    reader = KafkaConsumer(
        topic, bootstrap_servers=stack.kafka, group_id=group, enable_auto_commit=False
    )
    try:

        def is_recorded() -> bool:
            reader.poll(timeout_ms=200)
            return members(tables, group) == {"": 1, topic: 1}

        wait_until(is_recorded, SECONDS)

        def commit_is_recorded() -> bool:
            reader.poll(timeout_ms=200)
            with suppress(RebalanceInProgressError):
                reader.commit({TopicPartition(topic, 0): OffsetAndMetadata(0, "", -1)})
            return bool(
                ask(
                    tables,
                    "SELECT value FROM kafka_offsets WHERE consumer_group = {group:String} AND "
                    "metric = 'kafka.consumer_group.offset'",
                    group=group,
                )
            )

        wait_until(commit_is_recorded, SECONDS)
    finally:
        reader.close()
    wait_until(lambda: members(tables, group) == {"": 0, topic: 0}, SECONDS)


def test_otlp_records_that_do_not_decode_are_dead_letters(stack: Stack, tables: Database) -> None:
    empty = TracesData(resource_spans=[ResourceSpans()]).SerializeToString()
    values = [b"no otlp", b"\xff\x00\xfe", empty, b"\x7b\x22"]
    producer = KafkaProducer(bootstrap_servers=stack.kafka)
    try:
        sent = [
            producer.send(TRACES, value=v, partition=1, headers=[("message-id", b"m-1")]).get(60)
            for v in values
        ]
    finally:
        producer.close()
    offsets = [record.offset for record in sent]

    def outcomes() -> list[str]:
        rows = ask(
            tables,
            "SELECT outcome FROM otlp_records FINAL WHERE topic = {topic:String} AND partition = 1 "
            "AND offset IN {offsets:Array(UInt64)} ORDER BY offset",
            topic=TRACES,
            offsets=offsets,
        )
        return [outcome for (outcome,) in rows]

    expected = ["dead_letter", "dead_letter", "empty", "dead_letter"]
    wait_until(lambda: outcomes() == expected, SECONDS)

    def letters() -> list[tuple[Any, ...]]:
        return ask(
            tables,
            "SELECT hex(value), reason, headers['message-id'], value_hash = cityHash64(value) "
            "FROM dead_letters FINAL WHERE topic = {topic:String} AND partition = 1 "
            "AND offset IN {offsets:Array(UInt64)} ORDER BY offset",
            topic=TRACES,
            offsets=offsets,
        )

    whole = [
        (value.hex().upper(), "otlp_undecodable", "m-1", 1) for value in values if value != empty
    ]
    wait_until(lambda: letters() == whole, SECONDS)


def test_a_round_over_hundreds_of_topics_and_groups_takes_less_than_a_second(
    stack: Stack,
) -> None:
    # Names that the observer watches and the Collector does not read.
    topics = [f"agent-telemetry-test-{i}" for i in range(150)]
    with admin_of(stack) as admin:
        admin.create_topics({t: {"num_partitions": 3, "replication_factor": 1} for t in topics})
        try:
            admin.wait_for_topics(topics, timeout_ms=60_000)
            for topic in topics:
                offsets = {
                    TopicPartition(topic, p): OffsetAndMetadata(0, "", None) for p in range(3)
                }
                admin.alter_group_offsets(f"group-of-{topic}", offsets)
            connection = AdminConnection(stack.kafka)
            source = KafkaSource(connection)

            def takes_less_than_a_second() -> bool:
                started = time.monotonic()
                source.read()
                return time.monotonic() - started < 1

            # On a machine that has other things to do, the best of many rounds.
            wait_until(takes_less_than_a_second, SECONDS)
            samples = source.read().samples
            connection.drop()
            assert samples[Series(Metric.COMMITTED, topics[0], 2, f"group-of-{topics[0]}")] == 0
        finally:
            admin.delete_groups([f"group-of-{topic}" for topic in topics])
            admin.delete_topics(topics)
