"""What is built before anything can start: the Collector, and Kafka's jars."""

import platform
import shutil
from pathlib import Path

from local_stack import steps
from local_stack.cache import ROOT, cache_home, kept, key
from local_stack.tools import TOOLS, version_text

BUILDER = "go.opentelemetry.io/collector/cmd/builder@v0.164.0"
COLLECTOR = ROOT / "otel-collector"
POM = ROOT / "scripts" / "local_kafka" / "pom.xml"


def _builder(go: str) -> str:
    def build(directory: Path) -> None:
        log = cache_home() / "logs" / "builder.log"
        env = {"GOBIN": str(directory)}
        steps.run("Collector builder", ["go", "install", BUILDER], log, env=env, cwd=directory)

    return str(kept(cache_home(), "collector-builder", key(BUILDER, go), build) / "builder")


def collector_inputs(sources: Path) -> list[Path]:
    """The files that the Collector is built from."""
    own = [path for path in sources.glob("*/*") if path.suffix in {".go", ".mod", ".sum"}]
    return [sources / "builder.yaml", *sorted(own)]


def collector() -> Path:
    """The Collector's binary, built by OCB from otel-collector/."""
    go = version_text(TOOLS["go"])
    inputs = collector_inputs(COLLECTOR)

    def build(directory: Path) -> None:
        for path in inputs:
            copy = directory / path.relative_to(COLLECTOR)
            copy.parent.mkdir(exist_ok=True)
            shutil.copy(path, copy)
        command = [_builder(go), "--config=builder.yaml", "--skip-strict-versioning"]
        log = cache_home() / "logs" / "collector.log"
        steps.run("Collector", [*command, "--ldflags=-s -w"], log, cwd=directory)

    directory = kept(cache_home(), "collector", key(BUILDER, go, *inputs), build)
    return directory / "build" / "otelcol-agents"


def kafka_jars() -> Path:
    """The directory with Kafka's jars, from Maven Central, checked against their checksums."""

    def build(directory: Path) -> None:
        log = cache_home() / "logs" / "kafka.log"
        repository = f"-Dmaven.repo.local={cache_home() / 'downloads' / 'maven'}"
        command = ["mvn", "-B", "--strict-checksums", repository, "-f", str(POM)]
        copy = ["dependency:copy-dependencies", f"-DoutputDirectory={directory}"]
        steps.run("Kafka", [*command, *copy], log)

    return kept(cache_home(), "kafka", key(POM, platform.machine()), build)


def everything() -> None:
    """Build all of it."""
    kafka_jars()
    collector()
