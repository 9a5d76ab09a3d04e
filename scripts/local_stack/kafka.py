"""One Kafka broker of our own: its settings, its storage, its command."""

import base64
import string
import uuid
from pathlib import Path

from local_stack import steps
from local_stack.cache import ROOT
from local_stack.settings import Settings

FILES = ROOT / "scripts" / "kafka"


def _java(settings: Settings, jars: Path) -> list[str]:
    classpath = ":".join(str(jar) for jar in sorted(jars.glob("*.jar")))
    log4j = f"-Dlog4j2.configurationFile={FILES / 'log4j2.yaml'}"
    return ["java", f"@{FILES / 'jvm.options'}", "-cp", classpath, log4j] + [
        f"-Dkafka.logs.dir={settings.logs}"
    ]


def prepare(settings: Settings, jars: Path) -> list[str]:
    """Write the settings, format the storage the first time; the command that runs the broker."""
    data = settings.home / "kafka"
    properties = settings.run / "kafka.properties"
    template = string.Template((FILES / "server.properties").read_text())
    filled = template.safe_substitute(
        KAFKA_PORT=settings.kafka_port,
        KAFKA_CONTROLLER_PORT=settings.controller_port,
        KAFKA_DATA_DIR=data,
    )
    properties.write_text(filled)
    if not (data / "meta.properties").exists():
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        tool = ["kafka.tools.StorageTool", "format", "--standalone", "-t", cluster]
        command = [*_java(settings, jars), *tool, "-c", str(properties)]
        steps.run("Kafka storage", command, settings.logs / "kafka-format.log")
    return [*_java(settings, jars), "kafka.Kafka", str(properties)]
