"""Every part logs in at a Kafka with TLS and SASL, by the environment and files of the chart."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml
from kafka.admin import KafkaAdminClient
from local_stack import build, kafka
from local_stack.settings import Settings as LocalSettings
from pydantic import SecretStr

from agent_sdk.kafka_login import KafkaLogin, kafka_login
from query_service.routes.probes import probe_all
from query_service.settings import Settings
from tests.helm.chart import VALUES, environment, objects, of_kind, pods
from tests.otel_collector.otlp import send_http, spans
from tests.ports import free_port
from tests.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.stack

MOUNTED = "/etc/agent-telemetry/kafka/ca.crt"
USER, PASSWORD = "telemetry", "not-a-secret"
PLAIN = (
    "org.apache.kafka.common.security.plain.PlainLoginModule required"
    f' username="{USER}" password="{PASSWORD}" user_{USER}="{PASSWORD}";'
)


@dataclass(frozen=True)
class Broker:
    """A broker that wants TLS and a password, and whom to trust."""

    port: int
    authority: Path

    @property
    def servers(self) -> str:
        """Two, as in a cluster; the second is another name of the same."""
        return f"127.0.0.1:{self.port},localhost:{self.port}"

    def options(self) -> tuple[str, ...]:
        """The values of the chart that name it."""
        given = {
            "kafka.mode": "external", "kafka.bootstrapServers": self.servers.replace(",", "\\,"),
            "kafka.security.protocol": "SASL_SSL", "kafka.security.mechanism": "PLAIN",
            "kafka.security.existingSecret": "kafka-user", "kafka.security.caSecret": "kafka-ca",
        }  # fmt: skip
        return tuple(part for name, value in given.items() for part in ("--set", f"{name}={value}"))

    def environment(self, part: str) -> dict[str, str]:
        """That of a part's container, with what its Secrets would hold."""
        made = pods(objects(VALUES["default"], *self.options()))
        given = environment(made[part]["spec"]["containers"][0])
        secrets = {"KAFKA_SASL_USERNAME": USER, "KAFKA_SASL_PASSWORD": PASSWORD}
        told = {k: v for k, v in given.items() if k.startswith("KAFKA_") and isinstance(v, str)}
        assert secrets.keys() <= given.keys()
        assert told["KAFKA_SSL_CAFILE"] == MOUNTED
        return told | secrets | {"KAFKA_SSL_CAFILE": str(self.authority)}


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A real one, with a certificate of its own making."""
    home = tmp_path_factory.mktemp("broker")
    key, certificate = home / "key.pem", home / "ca.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key,
         "-out", certificate, "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    store = home / "store.pem"
    store.write_text(key.read_text() + certificate.read_text())
    port = free_port(2)
    made = Broker(port, certificate)
    properties = home / "server.properties"
    template = (kafka.FILES / "server.properties").read_text()
    for name, value in (
        ("KAFKA_PORT", port), ("KAFKA_CONTROLLER_PORT", port + 1),
        ("KAFKA_DATA_DIR", home / "data"),
    ):  # fmt: skip
        template = template.replace(f"${{{name}}}", str(value))
    template = template.replace("BROKER:PLAINTEXT", "BROKER:SASL_SSL")
    properties.write_text(
        f"{template}\nssl.keystore.type=PEM\nssl.keystore.location={store}\n"
        "sasl.enabled.mechanisms=PLAIN\nsasl.mechanism.inter.broker.protocol=PLAIN\n"
        f"ssl.truststore.type=PEM\nssl.truststore.location={certificate}\n"
        f"listener.name.broker.plain.sasl.jaas.config={PLAIN}\n"
    )
    java = kafka._java(
        LocalSettings(agent_telemetry_home=home, kafka_port=port), build.kafka_jars(), *kafka.QUICK
    )
    tool = ["kafka.tools.StorageTool", "format", "--standalone"]
    identity = "--cluster-id=MkU3OEVBNTcwNTJENDM2Qg"
    subprocess.run([*java, *tool, identity, "-c", properties], check=True, capture_output=True)
    with running([*java, "kafka.Kafka", str(properties)], home / "broker.log", {}):
        told = command(made, "wait", "kafka", "--timeout", str(PATIENCE))
        assert (told.returncode, told.stdout) == (0, "kafka is there\n"), told.stderr
        yield made


def topics(broker: Broker) -> set[str]:
    """Those that somebody sees who may."""
    login = KafkaLogin(
        kafka_security_protocol="SASL_SSL", kafka_sasl_mechanism="PLAIN",
        kafka_sasl_username=USER, kafka_sasl_password=SecretStr(PASSWORD),
        kafka_ssl_cafile=str(broker.authority),
    )  # fmt: skip
    servers = f"127.0.0.1:{broker.port}"
    admin = KafkaAdminClient(bootstrap_servers=servers, **login.options())
    try:
        return set(admin.list_topics())
    finally:
        admin.close()


@contextmanager
def running(command: list[str], log: Path, environment: dict[str, str]) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def command(broker: Broker, *arguments: str) -> subprocess.CompletedProcess[str]:
    """agent-telemetry with the environment of the Job for topics."""
    return subprocess.run(
        [sys.executable, "-m", "query_service", *arguments],
        env={**os.environ, **broker.environment("telemetry-topics-1")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_command_line_makes_topics(broker: Broker) -> None:
    told = command(broker, "topics", "--agents", "solver", "--partitions", "1")
    assert told.returncode == 0, told.stderr
    assert "agent-queue-solver" in topics(broker)


def test_an_agent_sends_and_receives(broker: Broker) -> None:
    program = (
        "import agent_sdk; agent_sdk.configure('asker')\n"
        "with agent_sdk.AgentQueue() as queue:\n"
        f"    queue.send_task('asker', {{}}).wait({PATIENCE})\n"
        f"    print(next(queue.receive({PATIENCE})).message.source_agent)\n"
    )
    environment = broker.environment("telemetry-gateway") | {"OTEL_SDK_DISABLED": "true"}
    told = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.stdout == "asker\n", told.stderr


def test_health_probes_it_encrypted(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    def probed() -> str:
        kafka_login.cache_clear()
        told = probe_all(Settings(kafka_bootstrap_servers=broker.servers))["kafka"]
        return str(told["status"])

    try:
        assert probed() == "down"
        for name, value in broker.environment("telemetry-api").items():
            monkeypatch.setenv(name, value)
        wait_until(lambda: probed() == "up")
    finally:
        monkeypatch.undo()
        kafka_login.cache_clear()


def test_both_roles_of_the_collector_log_in(broker: Broker, tmp_path: Path) -> None:
    ports = {"OTLP_GRPC_PORT": free_port(), "OTLP_HTTP_PORT": free_port()}
    for role in ("gateway", "ingester"):
        files = of_kind(objects(VALUES["default"], *broker.options()), "ConfigMap")
        overlay = files[f"telemetry-{role}"]["data"]["kafka.yaml"]
        overlay = overlay.replace(MOUNTED, str(broker.authority))
        assert yaml.safe_load(overlay)
        (tmp_path / f"{role}.yaml").write_text(overlay)
    own = {name: str(port) for name, port in ports.items()}
    own |= {"COLLECTOR_HEALTH_PORT": str(free_port())}
    own |= {"CLICKHOUSE_URL": f"http://127.0.0.1:{free_port()}"}  # nobody: it waits
    configs = [
        f"--config={path}"
        for role in ("gateway", "ingester")
        for path in (build.COLLECTOR / f"{role}.yaml", tmp_path / f"{role}.yaml")
    ]
    environment = broker.environment("telemetry-gateway") | own
    log = tmp_path / "log"
    with running([str(build.collector()), *configs], log, environment):
        body = spans("step", 1).SerializeToString()

        def is_taken() -> bool:
            try:
                return send_http(ports["OTLP_HTTP_PORT"], body).status_code == 200
            except httpx.HTTPError:
                return False

        wait_until(is_taken)
        assert "agent-telemetry-otlp-traces" in topics(broker)
        # The ingester has read the span, and has nobody to give it to.
        wait_until(lambda: "Exporting failed" in log.read_text())
