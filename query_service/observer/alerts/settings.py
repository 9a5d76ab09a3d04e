"""Settings of findings that are kept, and told to a webhook, from the environment."""

from datetime import timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from query_service.diagnose.declaration import Severity


class AlertSettings(BaseSettings):
    """How often is looked, and who is told of what."""

    # Aliases, and no prefix: what is wrong is told by the whole name.
    model_config = SettingsConfigDict(
        alias_generator=lambda name: f"alerts_{name}", populate_by_name=True
    )

    interval: float = Field(60, ge=0, le=86_400, description="Seconds between two runs; 0: none")
    window_minutes: int = Field(
        15, ge=1, le=7 * 24 * 60, description="Minutes that a run looks at, as in diagnose"
    )
    resolved_after: int = Field(
        2, ge=1, le=100, description="Runs in a row that miss a finding until it is resolved"
    )
    webhook_url: SecretStr = Field(SecretStr(""), description="Who is told; nobody when empty")
    webhook_url_file: Path | None = Field(None, description="A file with the address")
    webhook_form: Literal["json", "slack"] = Field("json", description="What is sent there")
    webhook_authorization: SecretStr = Field(
        SecretStr(""), description="Value of the header Authorization, like Bearer …"
    )
    webhook_authorization_file: Path | None = Field(None, description="A file with that value")
    webhook_timeout: float = Field(10, gt=0, le=60, description="Seconds that a request may take")
    least_severity: Severity = Field("high", description="Only what is as bad is told")
    remind_hours: float = Field(
        24, ge=0, le=10_000, description="What is still there is told again after; 0: never"
    )

    # Of these fields alone: what is wrong is told with the input, which must be no secret.
    @field_validator("webhook_url_file", "webhook_authorization_file")
    @classmethod
    def _can_be_read(cls, value: Path | None) -> Path | None:
        try:
            if value is not None:
                value.read_text()
        except (OSError, ValueError) as error:
            raise ValueError(f"cannot be read: {error!r}") from error
        return value

    @property
    def url(self) -> str:
        """The address; empty without one."""
        return _secret(self.webhook_url, self.webhook_url_file)

    @property
    def authorization(self) -> str:
        """The value of the header; empty without one."""
        return _secret(self.webhook_authorization, self.webhook_authorization_file)

    @property
    def remind_after(self) -> timedelta | None:
        """Until what is still there is told again; None for never."""
        return timedelta(hours=self.remind_hours) if self.remind_hours else None


def _secret(value: SecretStr, file: Path | None) -> str:
    return (file.read_text() if file is not None else value.get_secret_value()).strip()
