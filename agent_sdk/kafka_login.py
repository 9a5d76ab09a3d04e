"""How clients log in at Kafka, from the environment."""

from functools import cache
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class KafkaLogin(BaseSettings):
    """TLS and SASL of every client; each field is a variable of the environment."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore")

    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["", "PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "AWS_MSK_IAM"] = (
        Field("", validate_default=True)
    )
    kafka_sasl_username: str = ""
    kafka_sasl_password: SecretStr = SecretStr("")
    kafka_ssl_cafile: str = ""

    @field_validator("kafka_sasl_mechanism")
    @classmethod
    def _goes_with_the_protocol(cls, value: str, others: ValidationInfo) -> str:
        protocol = str(others.data.get("kafka_security_protocol", ""))
        if protocol and protocol.startswith("SASL_") != bool(value):
            raise ValueError(
                "KAFKA_SECURITY_PROTOCOL SASL_PLAINTEXT and SASL_SSL need one, others none"
            )
        return value

    @property
    def is_encrypted(self) -> bool:
        """Whether the connections are TLS."""
        return self.kafka_security_protocol.endswith("SSL")

    def options(self) -> dict[str, Any]:
        """The options of kafka-python's clients."""
        found: dict[str, Any] = {"security_protocol": self.kafka_security_protocol}
        if self.kafka_ssl_cafile:
            found["ssl_cafile"] = self.kafka_ssl_cafile
        if self.kafka_sasl_mechanism:
            found["sasl_mechanism"] = self.kafka_sasl_mechanism
        if self.kafka_sasl_username:
            found["sasl_plain_username"] = self.kafka_sasl_username
            found["sasl_plain_password"] = self.kafka_sasl_password.get_secret_value()
        return found


@cache
def kafka_login() -> KafkaLogin:
    """That of this process, read once. Raises ValidationError."""
    return KafkaLogin()
