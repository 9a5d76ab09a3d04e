"""Settings, all from the environment."""

import re
from functools import cache
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from limits import parse
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings

from clickhouse.cluster import Cluster

DiscoveryMode = Literal["auto", "labeled", "all", "telemetry"]


class Settings(BaseSettings):
    """Where the parts are, and how long things are kept. Each field is an environment variable."""

    kafka_port: int = Field(9092, description="Port of the local Kafka")
    clickhouse_port: int = Field(8123, description="Port of the local ClickHouse")
    otlp_http_port: int = Field(4318, description="OTLP over HTTP, at the Collector")
    query_port: int = Field(8080, description="Port of the query service")
    mcp_port: int = Field(8081, description="Port of the MCP server over HTTP")
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
    clickhouse_cluster: str = Field(
        "",
        pattern=r"^[\w.-]*$",
        description="Cluster of ClickHouse's configuration with the tables (default: one server)",
    )
    otel_exporter_otlp_endpoint: str = Field(
        "", description="Collector (default http://127.0.0.1:OTLP_HTTP_PORT)"
    )
    retention_days: int = Field(
        14, ge=1, description="Days that messages, spans, errors, events and logs are kept"
    )
    retention_days_metrics: int = Field(30, ge=1, description="Days that metric points are kept")
    retention_days_dead_letters: int = Field(30, ge=1, description="Days of dead letters")
    retention_days_observed: int = Field(
        7, ge=1, description="Days of what the observer saw of the cluster and of gateways"
    )
    retention_days_findings: int = Field(
        90, ge=1, description="Days that findings are kept after they were last looked for"
    )

    query_keys_file: Path | None = Field(
        None, description="Keys of the query service, one line for each (agent-telemetry keys)"
    )
    query_keys: str = Field("", description="The same lines, separated by commas")
    query_cors_origins: str = Field(
        "", description="Origins whose pages may ask, separated by commas: https://host:port"
    )
    query_rate_limit: str | None = Field(
        None,
        description="Requests of one key or address, such as 100/second; empty for no limit "
        "(default 12000/minute where there are keys, else none)",
    )
    query_rate_limit_storage: str = Field(
        "memory://", description="Where they are counted; memory is of each process"
    )
    query_traces: bool = Field(
        True, description="Whether the query service sends spans of its own requests"
    )
    query_live_streams: int = Field(
        100, ge=0, description="Most live streams (WebSocket, SSE) of a process; it has two"
    )
    oracle_discovery_mode: DiscoveryMode = Field(
        "auto",
        description="Who is an agent: labeled Deployments, all Deployments, whoever sends "
        "telemetry, or auto: labeled and telemetry",
    )
    oracle_strict_schema: bool = Field(
        True, description="Whether /oracle/state has exactly the fields of its schema"
    )
    query_max_body_bytes: int = Field(1024 * 1024, ge=1, description="Largest body of a request")

    @property
    def cluster(self) -> Cluster | None:
        """The cluster of CLICKHOUSE_CLUSTER; None for one server."""
        if not self.clickhouse_cluster:
            return None
        return Cluster(self.clickhouse_cluster, self.clickhouse_database)

    @property
    def cors_origins(self) -> list[str]:
        """The origins of QUERY_CORS_ORIGINS."""
        return [origin.strip() for origin in self.query_cors_origins.split(",") if origin.strip()]

    @field_validator("query_rate_limit")
    @classmethod
    def _is_a_limit(cls, value: str | None) -> str | None:
        if value:
            parse(value)
        return value

    @field_validator("query_cors_origins")
    @classmethod
    def _are_origins(cls, value: str) -> str:
        for origin in filter(None, (part.strip() for part in value.split(","))):
            scheme, netloc, *rest = urlsplit(origin)
            plain = netloc.replace(".", "").replace("-", "").replace(":", "").isalnum()
            if scheme not in ("http", "https") or any(rest) or not plain:
                raise ValueError(f"{origin} is not of the form https://host or https://host:port")
        return value

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


def wrong(error: ValidationError) -> str:
    """What is wrong with settings, a line for each."""
    return "\n".join(
        f"Error: {'.'.join(map(str, problem['loc'])).upper()}={_shown(problem['input'])}:"
        f" {problem['msg']}"
        for problem in error.errors()
    )


def _shown(value: object) -> str:
    """A value without the name and password of an address."""
    return re.sub(r"(^|//)[^/]*@", r"\1…@", str(value))


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
