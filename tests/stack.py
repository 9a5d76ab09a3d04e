"""The real parts for tests: Kafka, ClickHouse, Collector, query service and observer.

    with make_stack(tmp_path) as stack:
        KafkaProducer(bootstrap_servers=stack.kafka)
        httpx.get(f"{stack.query_url}/api/v1/queues")
        stack.kill("collector")

The fixture `stack` is one of these for the whole session. Ports and home are its own; what is
built comes from the shared cache.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local_stack import programs
from local_stack import stack as local
from local_stack.settings import Settings as LocalSettings

from query_service.settings import Settings
from tests.ports import free_port
from tests.waiting import wait_until

RESTART_SECONDS = 120.0


def local_settings(home: Path) -> LocalSettings:
    """Settings with free ports, whatever the environment says."""
    return LocalSettings(
        agent_telemetry_home=home,
        kafka_port=free_port(2),
        clickhouse_port=free_port(),
        otlp_grpc_port=free_port(),
        otlp_http_port=free_port(),
        collector_health_port=free_port(),
        query_port=free_port(),
        kafka_bootstrap_servers="",
        clickhouse_url="",
        clickhouse_reader_url="",
    )


class Stack:
    """A running stack: where its parts answer, and a hand on each of them.

    Parts: kafka, clickhouse, collector, query, observer, and the agents it was made with.
    """

    def __init__(self, running: local.Stack, parts: Sequence[programs.Program]) -> None:
        self._supervisor = running.supervisor
        self._parts = {part.name: part for part in parts}
        chosen = running.settings
        self.home = chosen.home
        self.kafka = chosen.kafka
        self.clickhouse_url = chosen.clickhouse
        self.otlp_http = f"http://127.0.0.1:{chosen.otlp_http_port}"
        self.otlp_grpc = f"127.0.0.1:{chosen.otlp_grpc_port}"
        self.query_url = f"http://127.0.0.1:{chosen.query_port}"
        self.environment = chosen.environment()
        self.settings = Settings(
            kafka_port=chosen.kafka_port,
            clickhouse_port=chosen.clickhouse_port,
            otlp_http_port=chosen.otlp_http_port,
            query_port=chosen.query_port,
            collector_health_port=chosen.collector_health_port,
            kafka_bootstrap_servers=chosen.kafka,
            clickhouse_url=chosen.clickhouse,
            clickhouse_reader_url=self.environment["CLICKHOUSE_READER_URL"],
            otel_exporter_otlp_endpoint=self.otlp_http,
        )

    def pid(self, part: str) -> int:
        """The process id of a part; 0 while it is not running."""
        return int(self._supervisor.processes()[part]["pid"])

    def log(self, part: str) -> Path:
        """The log file of a part."""
        return self.home / "logs" / f"{part}.log"

    def last_words(self, characters: int = 3_000) -> dict[str, str]:
        """The end of each log file."""
        return {
            path.stem: path.read_bytes()[-characters:].decode(errors="replace")
            for path in sorted((self.home / "logs").glob("*.log"))
        }

    def ledger(self, agent: str) -> Path:
        """What a sample agent says it did, JSON lines."""
        return programs.ledger(self.home, agent)

    def kill(self, part: str) -> None:
        """kill -9; the supervisor starts the part anew, which this does not wait for."""
        wait_until(lambda: self.pid(part), RESTART_SECONDS)
        self._supervisor.kill(part)

    def stop(self, part: str) -> None:
        """Stop a part in good order, and keep it stopped."""
        self._supervisor.stop(part)

    def start(self, part: str) -> None:
        """Start a part that was stopped, and wait until it is ready."""
        self._supervisor.start(part)
        self.wait_ready(part)

    def wait_ready(self, part: str) -> None:
        """Wait until a part answers, as at the start."""
        wait_until(self._parts[part].ready, RESTART_SECONDS)


@contextmanager
def make_stack(home: Path, agents: Sequence[str] = ()) -> Iterator[Stack]:
    """A stack of its own under `home`, with these sample agents; stopped at the end."""
    running = local.Stack(local_settings(home))
    stages = running.up(lambda settings: programs.stages(settings, agents))
    try:
        yield Stack(running, [part for stage in stages for part in stage.programs])
    finally:
        running.down()
