"""Settings come from the environment, with defaults that need none."""

import pytest
from pydantic import ValidationError

from agent_sdk._settings import Settings


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_defaults_point_to_the_local_stack() -> None:
    settings = Settings()
    assert settings.kafka_bootstrap_servers == "127.0.0.1:9092"
    assert settings.otel_exporter_otlp_traces_endpoint == "http://127.0.0.1:4318/v1/traces"
    assert settings.otel_exporter_otlp_logs_endpoint == "http://127.0.0.1:4318/v1/logs"
    assert not settings.otel_sdk_disabled


def test_ports_move_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_PORT", "19092")
    monkeypatch.setenv("OTLP_HTTP_PORT", "14318")
    settings = Settings()
    assert settings.kafka_bootstrap_servers == "127.0.0.1:19092"
    assert settings.otel_exporter_otlp_logs_endpoint == "http://127.0.0.1:14318/v1/logs"


def test_addresses_win_over_ports_and_a_signal_over_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_PORT", "19092")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "a:1,b:2")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://logs/in")
    settings = Settings()
    assert settings.kafka_bootstrap_servers == "a:1,b:2"
    assert settings.otel_exporter_otlp_traces_endpoint == "http://collector:4318/v1/traces"
    assert settings.otel_exporter_otlp_logs_endpoint == "http://logs/in"


@pytest.mark.parametrize(
    ("value", "captured"),
    [
        (None, False),
        ("", False),
        ("false", False),
        ("NO_CONTENT", False),
        ("EVENT_ONLY", False),
        ("true", True),
        ("span_only", True),
        ("SPAN_AND_EVENT", True),
    ],
)
def test_content_is_captured_only_on_request(
    monkeypatch: pytest.MonkeyPatch, value: str | None, captured: bool
) -> None:
    if value is not None:
        monkeypatch.setenv("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", value)
    assert Settings().capture_content is captured


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AGENT_OUTBOX_MESSAGES", "0"),
        ("AGENT_OUTBOX_BYTES", "many"),
        ("AGENT_SEND_BLOCK_SECONDS", "-1"),
        ("OTEL_BSP_SCHEDULE_DELAY", "0"),
        ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "perhaps"),
    ],
)
def test_a_value_that_makes_no_sense_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()
