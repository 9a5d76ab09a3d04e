"""The real parts that these tests start: Kafka, the Collector in its roles, and tables that keep
what lands in them."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import yaml
from kafka.admin import KafkaAdminClient
from local_stack import build, ready
from local_stack.kafka import prepared as kafka_command
from local_stack.settings import Settings

from clickhouse.migrate import migrations
from tests.ports import free_port
from tests.waiting import wait_until

API_VERSION = (4, 0)
ROLES = ("gateway", "ingester")
Override = dict[str, dict[str, dict[str, object]]]
OwnTopics = Callable[..., Override]


@dataclass
class Kafka:
    """A broker over one directory; `start` again after `stop` finds the same records."""

    directory: Path
    port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        settings = Settings(agent_telemetry_home=self.directory, kafka_port=self.port)
        for path in (settings.run, settings.logs):
            path.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(kafka_command(settings))
        wait_until(lambda: ready.kafka_lists_topics(self.bootstrap), 60)

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """The broker takes connections and requests, and answers none."""
        if self._process is None:
            raise RuntimeError("not started")
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)
            wait_until(lambda: ready.kafka_lists_topics(self.bootstrap), 60)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(90)


@contextmanager
def admin(bootstrap: str) -> Iterator[KafkaAdminClient]:
    """An admin client that is closed at the end."""
    client = KafkaAdminClient(bootstrap_servers=bootstrap, api_version=API_VERSION)
    try:
        yield client
    finally:
        client.close()


def committed(bootstrap: str, group: str) -> dict[tuple[str, int], int]:
    """Committed offset by (topic, partition) of a group."""
    with admin(bootstrap) as client:
        offsets = client.list_group_offsets([group])[group]
    return {(tp.topic, tp.partition): entry.offset for tp, entry in offsets.items()}


class Store:
    """A database whose landing tables keep their rows."""

    def __init__(self, url: str, database: str) -> None:
        self.url = url
        self.database = database
        self._ask(f"CREATE DATABASE {database} ENGINE = Atomic", "default")
        for statement in (s for migration in migrations() for s in migration.statements):
            if statement.startswith("CREATE TABLE IF NOT EXISTS landing_"):
                keeping = statement.replace("ENGINE = Null", "ENGINE = MergeTree ORDER BY ()")
                self._ask(keeping, database)

    def rows(self, sql: str) -> list[list[str]]:
        """The answer's rows, each value as text."""
        text = self._ask(f"{sql} FORMAT TSVRaw", self.database)
        return [line.split("\t") for line in text.splitlines()]

    def number(self, sql: str) -> int:
        """The first value of the answer."""
        return int(self.rows(sql)[0][0])

    def _ask(self, sql: str, database: str) -> str:
        answer = httpx.post(self.url, params={"database": database}, content=sql, timeout=60)
        if answer.status_code != 200:
            raise RuntimeError(answer.text)
        return answer.text


class Collector:
    """The built Collector; what it prints is in `log`."""

    def __init__(self, directory: Path, kafka: str, clickhouse: str, database: str) -> None:
        self.log = directory / "collector.log"
        self.grpc, self.http, self.health = free_port(), free_port(), free_port()
        self._override = directory / "override.yaml"
        self._process: subprocess.Popen[bytes] | None = None
        limits = shlex.split((build.COLLECTOR / "environment").read_text(), comments=True)
        self.environment = {
            **os.environ,
            **dict(line.split("=", 1) for line in limits),
            "KAFKA_BOOTSTRAP_SERVERS": kafka,
            "CLICKHOUSE_URL": clickhouse,
            "CLICKHOUSE_DATABASE": database,
            "OTLP_GRPC_PORT": str(self.grpc),
            "OTLP_HTTP_PORT": str(self.http),
            "COLLECTOR_HEALTH_PORT": str(self.health),
        }

    def start(
        self, roles: tuple[str, ...] = ROLES, override: Mapping[str, object] | None = None
    ) -> None:
        """Run the roles in one process, with `override` merged over their files."""
        files = [build.COLLECTOR / f"{role}.yaml" for role in roles]
        if override:
            self._override.write_text(yaml.safe_dump(override))
            files.append(self._override)
        command = [str(build.collector()), *(f"--config={path}" for path in files)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        wait_until(lambda: ready.http_answers(f"http://127.0.0.1:{self.health}"), 30)

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            raise RuntimeError("not started")
        return self._process

    def kill(self) -> None:
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(90)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(90)

    def peak_mib(self) -> float:
        """The largest resident size since the start, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        match = re.search(r"VmHWM:\s+(\d+) kB", status)
        if match is None:
            raise RuntimeError("no VmHWM: these tests need Linux")
        return int(match[1]) / 1024


@dataclass
class ClickHouse:
    """An embedded ClickHouse that can go away and come back."""

    path: Path
    port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "clickhouse.embedded", "--path", str(self.path)]
        self._process = subprocess.Popen([*command, "--port", str(self.port)])
        wait_until(lambda: ready.clickhouse_selects(self.url), 60)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(90)
