"""Settings of the SDK, all from the environment, with OpenTelemetry's names where one exists."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Capture(StrEnum):
    """Values of OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT."""

    NO_CONTENT = "NO_CONTENT"
    SPAN_ONLY = "SPAN_ONLY"
    EVENT_ONLY = "EVENT_ONLY"
    SPAN_AND_EVENT = "SPAN_AND_EVENT"
    TRUE = "TRUE"
    FALSE = "FALSE"

    @classmethod
    def _missing_(cls, value: object) -> "Capture | None":
        name = str(value).upper()
        return cls[name] if name in cls.__members__ else None


class Settings(BaseSettings):
    """What can be set. Field names in capitals are the variables; times are in the unit named."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore")

    otel_sdk_disabled: bool = False
    otel_service_name: str = ""
    otel_exporter_otlp_endpoint: str = ""
    otel_exporter_otlp_traces_endpoint: str = ""
    otel_exporter_otlp_logs_endpoint: str = ""
    otlp_http_port: int = 4318
    otel_instrumentation_genai_capture_message_content: Capture = Capture.NO_CONTENT
    otel_bsp_schedule_delay: int = Field(500, gt=0, description="milliseconds")
    otel_bsp_max_queue_size: int = Field(8192, gt=0)
    otel_bsp_max_export_batch_size: int = Field(256, gt=0)
    otel_blrp_schedule_delay: int = Field(50, gt=0, description="milliseconds")
    otel_blrp_max_queue_size: int = Field(8192, gt=0)
    otel_blrp_max_export_batch_size: int = Field(256, gt=0)
    agent_export_retry_seconds: int = Field(120, ge=0)

    kafka_bootstrap_servers: str = ""
    kafka_port: int = 9092
    agent_outbox_messages: int = Field(10_000, gt=0)
    agent_outbox_bytes: int = Field(64 * 2**20, gt=0)
    agent_send_block_seconds: float = Field(1.0, ge=0)
    agent_delivery_timeout_seconds: float = Field(86_400.0, gt=0)
    agent_heartbeat_seconds: float = Field(10.0, gt=0)
    agent_environment: str = "development"

    @model_validator(mode="after")
    def _addresses(self) -> Self:
        local = f"http://127.0.0.1:{self.otlp_http_port}"
        base = (self.otel_exporter_otlp_endpoint or local).rstrip("/")
        self.otel_exporter_otlp_traces_endpoint = (
            self.otel_exporter_otlp_traces_endpoint or f"{base}/v1/traces"
        )
        self.otel_exporter_otlp_logs_endpoint = (
            self.otel_exporter_otlp_logs_endpoint or f"{base}/v1/logs"
        )
        self.kafka_bootstrap_servers = (
            self.kafka_bootstrap_servers or f"127.0.0.1:{self.kafka_port}"
        )
        return self

    @property
    def capture_content(self) -> bool:
        """True when prompts, answers and tool arguments may be written to spans."""
        return self.otel_instrumentation_genai_capture_message_content in (
            Capture.SPAN_ONLY,
            Capture.SPAN_AND_EVENT,
            Capture.TRUE,
        )
