"""Settings of the sample agents, from the environment."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class SampleSettings(BaseSettings):
    """Field names in capitals are the variables."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore")

    agent_failure_rate: float = Field(0.1, ge=0, le=1)
    """Share of tasks that fail on purpose."""
    agent_seed: int = 1
    """The same seed draws the same jobs and the same failures."""
    agent_interval_seconds: float = Field(5.0, ge=0)
    """From one new job to the next."""
    agent_max_jobs: int | None = Field(None, gt=0)
    """After so many jobs the orchestrator makes no more and ends when they are done."""
    agent_ledger: Path | None = None
    """File for the ledger, JSON lines."""
    agent_model: str = "llama3.2"
    ollama_base_url: str = ""
    litellm_base_url: str = ""
    litellm_api_key: str = ""
