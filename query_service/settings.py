"""Settings, all from the environment."""

from functools import cache
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    """Where the parts are, and how long things are kept. Each field is an environment variable."""

    kafka_port: int = Field(9092, description="Port of the local Kafka")
    clickhouse_port: int = Field(8123, description="Port of the local ClickHouse")
    otlp_http_port: int = Field(4318, description="OTLP over HTTP, at the Collector")
    query_port: int = Field(8080, description="Port of the query service")
    collector_health_port: int = Field(
        0, description="Health check of the Collector (default 13133 + OTLP_HTTP_PORT - 4318)"
    )
    kafka_bootstrap_servers: str = Field("", description="Kafka (default 127.0.0.1:KAFKA_PORT)")
    clickhouse_url: str = Field(
        "", description="ClickHouse over HTTP (default http://127.0.0.1:CLICKHOUSE_PORT)"
    )
    clickhouse_reader_url: str = Field(
        "",
        description="ClickHouse for ad hoc SQL, as a read-only user (default CLICKHOUSE_URL, "
        "and user reader of the embedded one)",
    )
    clickhouse_database: str = Field("agent_telemetry", description="Database in ClickHouse")
    otel_exporter_otlp_endpoint: str = Field(
        "", description="Collector (default http://127.0.0.1:OTLP_HTTP_PORT)"
    )
    retention_days: int = Field(
        14, ge=1, description="Days that messages, spans, errors, events and logs are kept"
    )
    retention_days_metrics: int = Field(30, ge=1, description="Days that metric points are kept")
    retention_days_dead_letters: int = Field(30, ge=1, description="Days of dead letters")

    @model_validator(mode="after")
    def _addresses_follow_ports(self) -> Self:
        self.collector_health_port = (
            self.collector_health_port or 13133 + self.otlp_http_port - 4318
        )
        self.kafka_bootstrap_servers = (
            self.kafka_bootstrap_servers or f"127.0.0.1:{self.kafka_port}"
        )
        self.clickhouse_reader_url = (
            self.clickhouse_reader_url
            or self.clickhouse_url
            or f"http://reader@127.0.0.1:{self.clickhouse_port}"
        )
        self.clickhouse_url = self.clickhouse_url or f"http://127.0.0.1:{self.clickhouse_port}"
        self.otel_exporter_otlp_endpoint = (
            self.otel_exporter_otlp_endpoint or f"http://127.0.0.1:{self.otlp_http_port}"
        )
        return self


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
