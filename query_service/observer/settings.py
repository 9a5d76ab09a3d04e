"""Settings of the observer, from the environment."""

from pathlib import Path
from typing import Literal

import httpx
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class ObserverSettings(BaseSettings):
    """How often each job runs, and where the observer leaves its files. Times are seconds."""

    model_config = SettingsConfigDict(env_prefix="OBSERVER_")

    kafka_interval: float = Field(5, gt=0, description="Between two looks at Kafka's groups")
    keep_alive: float = Field(
        60, gt=0, le=86_400, description="An unchanged figure is recorded again after"
    )
    tables_interval: float = Field(5, gt=0, description="Between two looks at what arrived")
    tables_patience: float = Field(30, ge=0, description="Until a few arrivals are worked out")
    tables_share: float = Field(0.2, gt=0, le=1, description="Of the time that tables may take")
    tables_threads: int = Field(1, gt=0, description="Threads of ClickHouse for their statements")
    gaps_interval: float = Field(5, gt=0, description="Between two searches for missing records")
    gaps_grace: float = Field(
        300, ge=0, description="Until a committed record whose rows do not arrive is a dead letter"
    )
    kubernetes: Literal["auto", "off", "in-cluster", "kubeconfig"] = Field(
        "auto",
        description="Which cluster is watched: auto is the one that the observer runs in, if any; "
        "kubeconfig is the current context of KUBECONFIG",
    )
    kubernetes_namespaces: str = Field(
        "telemetry", description="Namespaces that are watched, separated by commas; * is all"
    )
    kubernetes_interval: float = Field(
        2, gt=0, description="Between two records of what was watched"
    )
    kubernetes_metrics_interval: float = Field(
        30, gt=0, description="Between two questions for CPU and memory of pods"
    )
    lease: str = Field(
        "auto",
        pattern=r"^([a-z0-9-]+/)?[a-z0-9.-]+$",
        description="Lease that the one observer of a cluster holds: [namespace/]name; auto is "
        "agent-telemetry-observer where it runs in a cluster, and else, like off, a lock file",
    )
    litellm_url: str = Field(
        "", validation_alias="LITELLM_BASE_URL", description="A LiteLLM gateway; none when empty"
    )
    litellm_key: SecretStr = Field(
        SecretStr(""), validation_alias="LITELLM_API_KEY", description="A key that it knows"
    )
    litellm_key_file: Path | None = Field(
        None, validation_alias="LITELLM_API_KEY_FILE", description="A file with the key"
    )
    litellm_interval: float = Field(10, gt=0, description="Between two looks at the gateway")
    litellm_timeout: float = Field(5, gt=0, description="That one look may take")
    ollama_url: str = Field(
        "", validation_alias="OLLAMA_BASE_URL", description="An Ollama server; none when empty"
    )
    ollama_interval: float = Field(10, gt=0, description="Between two looks at Ollama")
    ollama_timeout: float = Field(5, gt=0, description="That one look may take")
    metrics_port: int = Field(
        0, ge=0, le=65_535, description="Port of its figures for Prometheus; 0: none"
    )
    metrics_host: str = Field("127.0.0.1", description="Address that it listens on for them")
    ready_file: Path | None = Field(None, description="Written once every job has succeeded")
    home: Path = Field(
        Path.home() / ".local/share/agent-telemetry",
        validation_alias="AGENT_TELEMETRY_HOME",
        description="run/observer.lock is there: one observer works, others wait",
    )

    @field_validator("litellm_url", "ollama_url")
    @classmethod
    def _is_a_url(cls, value: str) -> str:
        try:
            url = httpx.URL(value)
        except httpx.InvalidURL as error:
            raise ValueError(str(error)) from error
        if value and (url.scheme not in ("http", "https") or not url.host):
            raise ValueError("is not of the form http://host:port")
        return value

    # Of this field alone: what is wrong is told with the input, which must not be the key.
    @field_validator("litellm_key_file")
    @classmethod
    def _can_be_read(cls, value: Path | None) -> Path | None:
        try:
            if value is not None:
                value.read_text()
        except (OSError, ValueError) as error:
            raise ValueError(f"cannot be read: {error!r}") from error
        return value

    @property
    def litellm_secret(self) -> str:
        """The key for the gateway; empty without one."""
        if self.litellm_key_file is not None:
            return self.litellm_key_file.read_text().strip()
        return self.litellm_key.get_secret_value()

    @property
    def namespaces(self) -> list[str]:
        """The namespaces of OBSERVER_KUBERNETES_NAMESPACES; all are one entry, *."""
        names = {name.strip() for name in self.kubernetes_namespaces.split(",")} - {""}
        return ["*"] if "*" in names else sorted(names)
