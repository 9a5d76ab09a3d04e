"""Settings of a stack on this machine, from the environment."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from local_stack.cache import ROOT, cache_home

Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """Ports, directories, and the parts that the user brings. Fields are environment variables."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    kafka_port: Port = 9092
    clickhouse_port: Port = 8123
    otlp_grpc_port: Port = 4317
    otlp_http_port: Port = 4318
    query_port: Port = 8080
    collector_health_port: int = 0
    agent_telemetry_home: Path = Path("~/.local/share/agent-telemetry")
    kafka_bootstrap_servers: str = ""
    clickhouse_url: str = ""
    clickhouse_reader_url: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.collector_health_port:
            self.collector_health_port = 13133 + self.otlp_http_port - 4318
        self.agent_telemetry_home = self.agent_telemetry_home.expanduser().absolute()
        return self

    @property
    def home(self) -> Path:
        """Data and logs. No field of this name: it would be read from the variable HOME."""
        return self.agent_telemetry_home

    @property
    def controller_port(self) -> int:
        """The port of Kafka's controller."""
        return self.kafka_port + 1

    @property
    def kafka(self) -> str:
        """Kafka's bootstrap servers, the user's or ours."""
        return self.kafka_bootstrap_servers or f"127.0.0.1:{self.kafka_port}"

    @property
    def clickhouse(self) -> str:
        """ClickHouse's URL, the user's or ours."""
        return self.clickhouse_url or f"http://127.0.0.1:{self.clickhouse_port}"

    @property
    def logs(self) -> Path:
        """Where each part's log is."""
        return self.home / "logs"

    @property
    def run(self) -> Path:
        """Locks, sockets and files that tell a state."""
        return self.home / "run"

    def environment(self) -> dict[str, str]:
        """What every process of this stack finds in its environment."""
        reader = f"http://reader@127.0.0.1:{self.clickhouse_port}"
        return {
            "KAFKA_PORT": str(self.kafka_port),
            "CLICKHOUSE_PORT": str(self.clickhouse_port),
            "OTLP_GRPC_PORT": str(self.otlp_grpc_port),
            "OTLP_HTTP_PORT": str(self.otlp_http_port),
            "QUERY_PORT": str(self.query_port),
            "COLLECTOR_HEALTH_PORT": str(self.collector_health_port),
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka,
            "CLICKHOUSE_URL": self.clickhouse,
            "CLICKHOUSE_READER_URL": self.clickhouse_reader_url or self.clickhouse_url or reader,
            "AGENT_TELEMETRY_HOME": str(self.home),
            "AGENT_TELEMETRY_CACHE": str(cache_home()),
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.otlp_http_port}",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'scripts'}",
            "PYTHONUNBUFFERED": "1",
        }
