"""What the chart mounts is taken by the programs that read it."""

import re
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from local_stack import build, kafka
from local_stack.cache import ROOT
from local_stack.settings import Settings

from tests.helm.chart import VALUES, environment, objects, of_kind, pods
from tests.ports import free_port

pytestmark = pytest.mark.stack

CONFIG = "agent-telemetry.xml"


def config(name: str, values: str = "default") -> dict[str, str]:
    """The files of a ConfigMap."""
    files: dict[str, str] = of_kind(objects(VALUES[values]), "ConfigMap")[name]["data"]
    return files


@pytest.mark.parametrize("values", VALUES)
@pytest.mark.parametrize("role", ["gateway", "ingester"])
def test_the_collector_takes_its_configuration_with_that_of_the_chart(
    role: str, values: str, tmp_path: Path
) -> None:
    overlay = tmp_path / "kafka.yaml"
    authority = tmp_path / "ca.crt"
    authority.touch()
    mounted = "/etc/agent-telemetry/kafka/ca.crt"
    overlay.write_text(
        config(f"telemetry-{role}", values)["kafka.yaml"].replace(mounted, str(authority))
    )
    [container] = pods(objects(VALUES[values]))[f"telemetry-{role}"]["spec"]["containers"]
    given = {name: v if isinstance(v, str) else "x" for name, v in environment(container).items()}
    # What a Secret holds when the URL is the user's own.
    given["CLICKHOUSE_URL"] = "https://user:password@clickhouse.example.com:8443"
    own = f"--config={build.COLLECTOR / role}.yaml"
    told = subprocess.run(
        [build.collector(), "validate", own, f"--config={overlay}"],
        env=given, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr


def test_the_overlay_names_receivers_and_exporters_that_there_are() -> None:
    for role, part in (("gateway", "exporters"), ("ingester", "receivers")):
        own: Any = yaml.safe_load((build.COLLECTOR / f"{role}.yaml").read_text())
        overlay: Any = yaml.safe_load(config(f"telemetry-{role}", "external")["kafka.yaml"])
        readers = {name for name in own[part] if name.startswith("kafka")}
        assert overlay.keys() == {part}
        assert overlay[part].keys() == readers
        for client in overlay[part].values():
            assert client["brokers"] == ["kafka-0.example.com:9094", "kafka-1.example.com:9095"]
            assert client["auth"]["sasl"]["mechanism"] == "SCRAM-SHA-512"


def test_the_limits_of_the_collector_are_those_it_was_measured_with() -> None:
    made = pods(objects(VALUES["default"]))
    measured = dict(
        line.split("=", 1) for line in (build.COLLECTOR / "environment").read_text().split()
    )
    for role in ("gateway", "ingester"):
        [container] = made[f"telemetry-{role}"]["spec"]["containers"]
        assert measured.items() <= environment(container).items()


def test_the_broker_of_the_chart_has_the_settings_of_the_local_one(tmp_path: Path) -> None:
    def properties(text: str) -> dict[str, str]:
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        return dict(line.split("=", 1) for line in lines)

    addresses = {
        "controller.quorum.bootstrap.servers", "listeners", "advertised.listeners", "log.dirs",
    }  # fmt: skip
    own = properties(config("telemetry-kafka")["server.properties"])
    local = properties((kafka.FILES / "server.properties").read_text())
    assert {k: v for k, v in own.items() if k not in addresses} == {
        k: v for k, v in local.items() if k not in addresses
    }


def test_the_reader_of_the_chart_may_what_the_reader_of_the_documents_may() -> None:
    """One server: reader.sql has comments for what a cluster needs beside."""
    text = (ROOT / "clickhouse/reader.sql").read_text()
    statement = re.sub(r"--.*", "", text)
    wanted = dict(re.findall(r"^    (\w+) = (\d+)(?=[,; ])", statement, re.M))
    for values in ("default", "cluster"):
        users = ElementTree.fromstring(config("telemetry-clickhouse-users", values)[CONFIG])
        profile = users.find("profiles/agent_telemetry_reader")
        assert profile is not None
        own = {one.tag: one.text for one in profile if one.tag != "constraints"}
        changeable = {one.tag for one in profile.findall("constraints/*")}
        assert changeable == {"limit"} == wanted.keys() - own.keys()
        more = {"distributed_product_mode": "global"} if values == "cluster" else {}
        assert own == {k: v for k, v in wanted.items() if k != "limit"} | more
        grants = [one.text for one in users.findall("users/reader/grants/query")]
        databases = ["agent_telemetry", "agent_telemetry_shards"][: 1 + bool(more)]
        assert grants == [f"GRANT SELECT ON {name}.*" for name in databases]


@pytest.mark.parametrize("values", ["default", "cluster"])
def test_what_clickhouse_reads_from_its_environment_is_there(values: str) -> None:
    made = pods(objects(VALUES[values]))
    read = {
        "clickhouse": [
            config("telemetry-clickhouse", values)[CONFIG],
            config("telemetry-clickhouse-users", values)[CONFIG],
        ],
        "keeper": [config("telemetry-keeper", values)["keeper.xml"]] if values == "cluster" else [],
    }
    for part, files in read.items():
        named = {
            one.get("from_env")
            for file in files
            for one in ElementTree.fromstring(file).iter()
            if one.get("from_env")
        }
        there = [pod for name, pod in made.items() if name.startswith(f"telemetry-{part}")]
        assert bool(there) == bool(files)
        for pod in there:
            assert named <= environment(pod["spec"]["containers"][0]).keys()


def test_kafka_formats_a_volume_by_the_configuration_of_the_chart(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port(2)
    text = config("telemetry-kafka")["server.properties"]
    for there, here in (
        ("/var/lib/kafka/data/log", str(data)), ("9093", str(port + 1)), ("9092", str(port)),
    ):  # fmt: skip
        assert there in text
        text = text.replace(there, here)
    (tmp_path / "server.properties").write_text(text)
    settings = Settings(agent_telemetry_home=tmp_path, kafka_port=port)
    java = kafka._java(settings, build.kafka_jars(), *kafka.QUICK)
    tool = ["kafka.tools.StorageTool", "format", "--standalone"]
    identity = "--cluster-id=MkU3OEVBNTcwNTJENDM2Qg"
    told = subprocess.run(
        [*java, *tool, identity, "-c", str(tmp_path / "server.properties")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    assert (data / "meta.properties").exists()
