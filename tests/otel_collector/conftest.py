import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.otel_collector.parts import ClickHouse, Collector, Kafka, Override, OwnTopics, Store
from tests.ports import free_port


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """One broker for all tests."""
    broker = Kafka(tmp_path_factory.mktemp("kafka"))
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouse]:
    """One ClickHouse for all tests; who stops it starts it again."""
    server = ClickHouse(tmp_path_factory.mktemp("clickhouse"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def store(clickhouse: ClickHouse) -> Store:
    """Landing tables of this test's own."""
    return Store(clickhouse.url, f"test_{uuid.uuid4().hex[:12]}")


@pytest.fixture
def collector(tmp_path: Path, kafka: Kafka, store: Store) -> Iterator[Collector]:
    """A Collector that is not started yet and is stopped at the end."""
    process = Collector(tmp_path, kafka.bootstrap, store.url, store.database)
    yield process
    process.stop()


@pytest.fixture
def own_topics() -> OwnTopics:
    """Makes an override: consumer groups and OTLP topics of this test's own, and only these queues
    and JSON topics."""
    suffix = uuid.uuid4().hex[:8]

    def override(*topics: str) -> Override:
        receivers: dict[str, dict[str, object]] = {
            f"kafka_records/{kind}": {"group_id": f"agent-telemetry-{suffix}-{kind}"}
            for kind in ("json", "traces", "logs", "metrics")
        }
        receivers["kafka_records/queues"] = dict(receivers["kafka_records/json"])
        queues = [topic for topic in topics if topic.startswith("agent-queue-")]
        others = [topic for topic in topics if topic not in queues]
        for kind, chosen in (("queues", queues), ("json", others)):
            patterns = [f"^{topic}$$" for topic in chosen or (f"{kind}-{suffix}",)]
            receivers[f"kafka_records/{kind}"]["topics"] = patterns
        kafka: dict[str, object] = {}
        for kind in ("traces", "logs", "metrics"):
            kafka[kind] = {"topic": f"otlp-{kind}-{suffix}"}
            receivers[f"kafka_records/{kind}"]["topics"] = [f"^otlp-{kind}-{suffix}$$"]
        return {"receivers": receivers, "exporters": {"kafka": kafka}}

    return override


@pytest.fixture
def unused_port() -> int:
    """A port that nothing listens on."""
    return free_port()
