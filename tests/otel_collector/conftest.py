import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.otel_collector.parts import ClickHouse, Collector, Kafka, Store
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
def own_groups() -> Callable[..., dict[str, object]]:
    """Makes an override: consumer groups of this test's own, over these JSON topics only."""
    suffix = uuid.uuid4().hex[:8]

    def override(*topics: str) -> dict[str, object]:
        receivers: dict[str, object] = {
            f"kafka/otlp-{signal}": {"group_id": f"agent-telemetry-{suffix}-{signal}"}
            for signal in ("traces", "logs", "metrics")
        }
        patterns = [f"^{topic}$$" for topic in topics] or [f"^agent-queue-{suffix}$$"]
        receivers["kafka_records"] = {
            "group_id": f"agent-telemetry-{suffix}-json",
            "topics": patterns,
        }
        return {"receivers": receivers}

    return override


@pytest.fixture
def unused_port() -> int:
    """A port that nothing listens on."""
    return free_port()
