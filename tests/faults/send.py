"""Sends worlds through the real Kafka and the real Collector."""

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

import requests
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient

from query_service.observer.sources import SOURCE
from query_service.observer.things import News
from tests.faults import observed, wire
from tests.faults.plan import Spec, make
from tests.faults.records import Truth

PROCESSES = 2
API_VERSION = (4, 0)


@dataclass(frozen=True)
class Where:
    """Addresses of the parts that take records."""

    kafka: str
    otlp: str


@dataclass(frozen=True)
class Sent:
    """A world that is on its way: what was planted, and how many rows are to be stored."""

    spec: Spec
    truths: list[Truth]
    messages: int
    spans: int
    events: int
    offsets: int
    things: int


def send_all(worlds: Iterable[Spec], where: Where) -> Iterable[Sent]:
    """Each as it is done. The worlds are made in processes of their own."""
    with ProcessPoolExecutor(PROCESSES) as pool:
        for done in as_completed([pool.submit(send, spec, where) for spec in worlds]):
            yield done.result()


def send(spec: Spec, where: Where) -> Sent:
    """Make one world and send it. Raises what Kafka or the Collector say."""
    world = make(spec)
    _make_topics(where, [topic.name for topic in world.topics.values() if topic.messages])
    producer = KafkaProducer(
        bootstrap_servers=where.kafka, batch_size=262_144, linger_ms=20, api_version=API_VERSION
    )
    sent = [
        producer.send(topic, key=key, value=value, headers=headers)
        for topic, key, value, headers in wire.records(world)
    ]
    with requests.Session() as session:
        for path, body in wire.requests(world):
            kind = {"Content-Type": "application/x-protobuf"}
            session.post(f"{where.otlp}{path}", body, headers=kind, timeout=60).raise_for_status()
    for future in sent:
        future.get(timeout=120)
    producer.close(timeout=10)
    return Sent(
        spec, world.truths, len(sent), len(world.spans), len(world.events),
        offsets=sum(len(samples) for _, samples in observed.kafka_samples(world)),
        things=sum(map(_own_things, observed.things(world))),
    )  # fmt: skip


def _own_things(seen: tuple[float, News]) -> int:
    """How sources are is told in the same words for all worlds."""
    news = seen[1]
    return sum(key.kind != SOURCE for key in (*news.things, *news.gone))


def _make_topics(where: Where, names: list[str]) -> None:
    """Of one partition: so an offset is the number of a message in its queue."""
    admin = KafkaAdminClient(bootstrap_servers=where.kafka, api_version=API_VERSION)
    try:
        admin.create_topics({n: {"num_partitions": 1, "replication_factor": 1} for n in names})
        admin.wait_for_topics(names, timeout_ms=60_000)
    finally:
        admin.close()
