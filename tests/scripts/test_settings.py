"""Ports, home and the parts the user brings come from the environment."""

from pathlib import Path

import pytest
from local_stack.settings import Settings
from pydantic import ValidationError


def test_defaults_and_addresses_follow_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings().environment():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KAFKA_PORT", "19092")
    monkeypatch.setenv("OTLP_HTTP_PORT", "14318")
    monkeypatch.setenv("AGENT_TELEMETRY_HOME", "~/there")
    monkeypatch.setenv("CLICKHOUSE_URL", "")
    settings = Settings()
    environment = settings.environment()
    assert environment["KAFKA_BOOTSTRAP_SERVERS"] == "127.0.0.1:19092"
    assert environment["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://127.0.0.1:14318"
    assert environment["COLLECTOR_HEALTH_PORT"] == "23133"
    assert environment["CLICKHOUSE_URL"] == "http://127.0.0.1:8123"
    assert environment["CLICKHOUSE_READER_URL"] == "http://reader@127.0.0.1:8123"
    assert settings.home == Path.home() / "there"


def test_data_lie_below_the_home_of_the_user(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AGENT_TELEMETRY_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings().home == tmp_path / ".local/share/agent-telemetry"


def test_parts_of_your_own_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLICKHOUSE_URL", "https://me:secret@db.example:8443")
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "a:1,b:2")
    environment = Settings().environment()
    assert environment["CLICKHOUSE_URL"] == "https://me:secret@db.example:8443"
    assert environment["KAFKA_BOOTSTRAP_SERVERS"] == "a:1,b:2"


@pytest.mark.parametrize("value", ["0", "65536", "kafka"])
def test_a_bad_port(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("KAFKA_PORT", value)
    with pytest.raises(ValidationError, match="kafka_port"):
        Settings()
