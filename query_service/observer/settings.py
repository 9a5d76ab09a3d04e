"""Settings of the observer, from the environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ObserverSettings(BaseSettings):
    """How often each job runs, and where the observer leaves its files. Times are seconds."""

    model_config = SettingsConfigDict(env_prefix="OBSERVER_")

    kafka_interval: float = Field(5, gt=0, description="Between two looks at Kafka's groups")
    keep_alive: float = Field(60, gt=0, description="An unchanged figure is recorded again after")
    open_tasks_interval: float = Field(10, gt=0, description="Between two cleanings of open tasks")
    traces_interval: float = Field(5, gt=0, description="Between two looks for new spans")
    failures_interval: float = Field(5, gt=0, description="Between two looks for new failures")
    rollups_interval: float = Field(5, gt=0, description="Between two counts of what arrived")
    gaps_interval: float = Field(5, gt=0, description="Between two searches for missing records")
    gaps_grace: float = Field(
        300, ge=0, description="Until a committed record whose rows do not arrive is a dead letter"
    )
    ready_file: Path | None = Field(None, description="Written once every job has succeeded")
    home: Path = Field(
        Path.home() / ".local/share/agent-telemetry",
        validation_alias="AGENT_TELEMETRY_HOME",
        description="run/observer.lock is there: one observer works, others wait",
    )
