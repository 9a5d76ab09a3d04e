"""Looks for gaps in all OTLP topics, and remembers how far it came."""

from query_service.db import Database
from query_service.observer.committed import Committed, read_committed
from query_service.observer.gap_finder import WINDOW, GapFinder
from query_service.observer.kafka_client import AdminConnection, consumer
from query_service.observer.progress import EPOCH, Progress, load, save
from query_service.observer.record_reader import Reading, read


class GapsJob:
    """Goes on, partition by partition, where the last run ended."""

    def __init__(self, servers: str, database: Database, grace: float) -> None:
        self._servers = servers
        self._connection = AdminConnection(servers)
        self._database = database
        self._finder = GapFinder(database, self._read, grace)

    def run(self) -> None:
        """Raises Unavailable or KafkaError when Kafka or ClickHouse is away."""
        with self._connection.admin() as admin:
            partitions = read_committed(admin)
        done = load(self._database, "gaps")
        reached = []
        for partition in partitions:
            begin = start(partition, done)
            position = self._finder.look(partition, begin.position, begin.since)
            reached.append(Progress(begin.key, position, begin.since))
        save(self._database, "gaps", reached)

    def _read(self, topic: str, partition: int, ranges: list[range]) -> Reading:
        with consumer(self._servers) as reader:
            return read(reader, topic, partition, ranges)


def start(of: Committed, done: dict[str, Progress]) -> Progress:
    """Where to go on in this partition.

    At first sight: at the oldest offset, or `WINDOW` before the committed one. When a topic of
    that name was seen before: rows that arrived while that one was there are not of this one.
    """
    place = f"{of.topic}/{of.partition}/"
    key = f"{place}{of.topic_id}"
    if key in done:
        return done[key]
    earlier = [p.updated_at for p in done.values() if p.key.startswith(place)]
    position = max(of.oldest, of.committed - WINDOW)
    return Progress(key, position, max(earlier, default=EPOCH))
