"""One look at Kafka, with a Collector that comes and goes; the past is read from a real engine."""

from datetime import UTC, datetime

import pytest

from query_service.db import Database
from query_service.errors import Unavailable
from query_service.observer import kafka_job
from query_service.observer.kafka_job import KafkaJob
from query_service.observer.samples import Metric, Observation, Samples, Series
from query_service.settings import Settings
from tests.ports import free_port

END = {Series(Metric.END, "agent-queue-a", partition): 1 for partition in range(3)}
READER = Series(Metric.MEMBERS, "agent-queue-a", group="g")


class Source:
    """Gives what it is told to."""

    def __init__(self, samples: Samples) -> None:
        self.samples = samples

    def read(self) -> Observation:
        return Observation(1, self.samples)


class Sender:
    """Keeps what it takes; takes nothing while it is away."""

    def __init__(self) -> None:
        self.away = False
        self.taken: list[Samples] = []

    def send(self, samples: Samples, observed_at: int) -> None:
        if self.away:
            raise Unavailable("away")
        self.taken.append(samples)


@pytest.fixture
def nowhere() -> Database:
    """A ClickHouse that does not answer."""
    return Database(Settings(clickhouse_url=f"http://127.0.0.1:{free_port()}"))


def test_the_latest_state_is_sent_when_the_collector_is_back(nowhere: Database) -> None:
    source, sender = Source(END), Sender()
    job = KafkaJob(source, sender, nowhere, keep_alive=3600)
    sender.away = True
    with pytest.raises(Unavailable):
        job.run()
    source.samples = dict.fromkeys(END, 2)
    sender.away = False
    job.run()
    job.run()
    assert sender.taken == [dict.fromkeys(END, 2)]


def test_what_is_large_goes_in_several_requests(
    nowhere: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_job, "POINTS_PER_REQUEST", 2)
    sender = Sender()
    KafkaJob(Source(END), sender, nowhere, keep_alive=3600).run()
    assert [len(part) for part in sender.taken] == [2, 1]
    assert {**sender.taken[0], **sender.taken[1]} == END


def test_who_left_while_no_observer_looked_is_seen_to_have_left(database: Database) -> None:
    seen = {"topic": "agent-queue-a", "partition": -1, "consumer_group": "g"}
    members = {"metric": "kafka.consumer_group.members", "observed_at": datetime.now(UTC)}
    database.insert("kafka_offsets", [seen | members | {"value": 2}])
    sender = Sender()
    job = KafkaJob(Source({}), sender, database, keep_alive=3600)
    job.run()
    job.run()
    assert sender.taken == [{READER: 0}]
