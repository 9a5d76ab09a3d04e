"""Settings of the embedded ClickHouse, read from the environment."""

import psutil
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

GIB = 1 << 30
MIB = 1 << 20


def default_memory() -> int:
    """Two fifths of this machine's memory, at most 4 GiB."""
    return min(4 * GIB, psutil.virtual_memory().total * 2 // 5)


class ReaderLimits(BaseSettings):
    """What one query of the user `reader` may take: seconds, bytes and rows."""

    model_config = SettingsConfigDict(env_prefix="CLICKHOUSE_READER_")

    max_execution_time: int = Field(default=10, gt=0)
    max_memory_usage: int = Field(default=GIB, gt=0)
    max_rows_to_read: int = Field(default=1_000_000_000, gt=0)
    max_bytes_to_read: int = Field(default=100 * GIB, gt=0)
    max_result_rows: int = Field(default=10_000, gt=0)
    max_result_bytes: int = Field(default=16 * MIB, gt=0)


class Settings(BaseSettings):
    """Everything but the path and the address, which the command line names.

    `memory` bounds the whole engine; with `fsync` an insert is on the disk before its answer;
    `max_body_bytes` bounds one request (as sent and unpacked), `max_execution_time` (seconds)
    and `max_result_bytes` one query of the user `default`.
    """

    model_config = SettingsConfigDict(env_prefix="CLICKHOUSE_")

    database: str = Field(default="agent_telemetry", pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    password: SecretStr = SecretStr("")
    reader_password: SecretStr = SecretStr("")
    memory: int = Field(default_factory=default_memory, gt=0)
    fsync: bool = True
    max_body_bytes: int = Field(default=256 * MIB, gt=0)
    max_execution_time: int = Field(default=600, gt=0)
    max_result_bytes: int = Field(default=GIB, gt=0)
    reader: ReaderLimits = Field(default_factory=ReaderLimits)
