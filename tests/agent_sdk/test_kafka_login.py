"""How clients log in at Kafka: settings become kafka-python's options."""

import pytest
from pydantic import ValidationError

from agent_sdk.kafka_login import KafkaLogin


def test_without_settings_brokers_are_spoken_to_plainly() -> None:
    assert KafkaLogin().options() == {"security_protocol": "PLAINTEXT"}


def test_each_setting_is_an_option(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "SECURITY_PROTOCOL": "SASL_SSL", "SASL_MECHANISM": "SCRAM-SHA-512",
        "SASL_USERNAME": "telemetry", "SASL_PASSWORD": "secret", "SSL_CAFILE": "/ca.crt",
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(f"KAFKA_{name}", value)
    login = KafkaLogin()
    assert login.is_encrypted
    assert login.options() == {
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "telemetry",
        "sasl_plain_password": "secret",
        "ssl_cafile": "/ca.crt",
    }
    assert "secret" not in repr(login)


@pytest.mark.parametrize(
    ("protocol", "mechanism", "named"),
    [
        ("SASL_SSL", "", "KAFKA_SASL_MECHANISM"),
        ("SSL", "PLAIN", "KAFKA_SASL_MECHANISM"),
        ("SASL_SSL", "GSSAPI", "KAFKA_SASL_MECHANISM"),
        ("TLS", "", "KAFKA_SECURITY_PROTOCOL"),
    ],
)
def test_what_does_not_go_together_is_refused(
    protocol: str, mechanism: str, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", protocol)
    monkeypatch.setenv("KAFKA_SASL_MECHANISM", mechanism)
    with pytest.raises(ValidationError) as caught:
        KafkaLogin()
    assert [str(problem["loc"][0]).upper() for problem in caught.value.errors()] == [named]
