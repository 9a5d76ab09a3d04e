"""One Kafka broker of our own: its settings, its storage, its command."""

import base64
import shlex
import string
import tempfile
import uuid
from functools import partial
from pathlib import Path

from local_stack import build, ports, ready, steps
from local_stack.cache import ROOT, cache_home, kept, key
from local_stack.settings import Settings
from local_stack.tools import TOOLS, version_text

FILES = ROOT / "scripts" / "local_kafka"
# Compiling less makes the start cheaper; a broker moves bytes and gains little from the rest.
QUICK = ["-XX:+IgnoreUnrecognizedVMOptions", "-XX:TieredStopAtLevel=1"]


def prepared(settings: Settings) -> list[str]:
    """The command that runs the broker; fetches it and formats the storage the first time."""
    jars = build.kafka_jars()
    return _prepared(settings, jars, f"-XX:SharedArchiveFile={_archive(jars)}")


def _prepared(settings: Settings, jars: Path, option: str) -> list[str]:
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
        identity = f"--cluster-id={cluster}"  # joined: one id of 64 begins with a dash
        tool = ["kafka.tools.StorageTool", "format", "--standalone", identity]
        command = [*_java(settings, jars, *QUICK), *tool, "-c", str(properties)]
        steps.run("Kafka storage", command, settings.logs / "kafka-format.log")
    return [*_java(settings, jars, *QUICK, option), "kafka.Kafka", str(properties)]


def _java(settings: Settings, jars: Path, *options: str) -> list[str]:
    classpath = ":".join(str(jar) for jar in sorted(jars.glob("*.jar")))
    log4j = f"-Dlog4j2.configurationFile={FILES / 'log4j2.yaml'}"
    logs = f"-Dkafka.logs.dir={settings.logs}"
    return ["java", f"@{FILES / 'jvm.options'}", *options, "-cp", classpath, log4j, logs]


def _archive(jars: Path) -> Path:
    """The broker's loaded classes (AppCDS), written by a broker that runs once for this.

    A JVM that cannot use it goes on without.
    """

    def run_once(directory: Path) -> None:
        with tempfile.TemporaryDirectory() as home:
            settings = Settings(agent_telemetry_home=Path(home), kafka_port=ports.two_free_ports())
            settings.run.mkdir()
            option = f"-XX:ArchiveClassesAtExit={directory / 'classes.jsa'}"
            steps.run(
                "Kafka's class archive",
                _prepared(settings, jars, option),
                cache_home() / "logs" / "kafka-classes.log",
                until=partial(ready.kafka_lists_topics, f"127.0.0.1:{settings.kafka_port}"),
            )

    inputs = key(jars.name, version_text(TOOLS["java"]), FILES / "jvm.options", shlex.join(QUICK))
    return kept(cache_home(), "kafka-classes", inputs, run_once) / "classes.jsa"
