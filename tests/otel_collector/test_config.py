"""What the two configurations promise, read from the files."""

import re
from typing import Any

import pytest
import yaml
from local_stack.build import COLLECTOR

ROLES = ("gateway", "ingester")
OTLP = ("agent-telemetry-otlp-traces", "agent-telemetry-otlp-logs", "agent-telemetry-otlp-metrics")
JSON_KINDS = ("spans", "traces", "events", "handoffs", "metrics", "errors")


def load(role: str) -> dict[str, Any]:
    """A role's configuration as the Collector sees it (`$$` is `$`)."""
    text = (COLLECTOR / f"{role}.yaml").read_text().replace("$$", "$")
    config: dict[str, Any] = yaml.safe_load(text)
    return config


@pytest.fixture(scope="module")
def receivers() -> dict[str, Any]:
    found: dict[str, Any] = load("ingester")["receivers"]
    return found


def matched(receivers: dict[str, Any], topic: str) -> bool:
    return any(re.search(pattern, topic) for pattern in receivers["kafka_records/json"]["topics"])


@pytest.mark.parametrize(
    "topic",
    ["agent-queue-writer", "agent-queue-Code.Helper_2"]
    + [f"agent-telemetry-{kind}" for kind in JSON_KINDS],
)
def test_json_topics_are_read(receivers: dict[str, Any], topic: str) -> None:
    assert matched(receivers, topic)


@pytest.mark.parametrize(
    "topic",
    [*OTLP, "agent-queue-", "my-agent-queue-x", "agent-queue-a b", "agent-telemetry-spans-old"]
    + ["x-agent-telemetry-spans", "agent-telemetry-", "__consumer_offsets"],
)
def test_other_topics_are_not(receivers: dict[str, Any], topic: str) -> None:
    assert not matched(receivers, topic)


def test_each_signal_is_read_where_the_gateway_writes_it(receivers: dict[str, Any]) -> None:
    written = load("gateway")["exporters"]["kafka"]
    pipelines = load("ingester")["service"]["pipelines"]
    for signal in ("traces", "logs", "metrics"):
        assert pipelines[f"{signal}/ingester"]["receivers"] == [f"kafka_records/{signal}"]
        read = receivers[f"kafka_records/{signal}"]
        (pattern,) = read["topics"]
        assert [t for t in OTLP if re.search(pattern, t)] == [written[signal]["topic"]]
        assert not re.search(pattern, f"x-{written[signal]['topic']}-x")
        assert read["encoding"] == written[signal]["encoding"] == "otlp_proto"


def test_every_receiver_has_a_group_of_its_own(receivers: dict[str, Any]) -> None:
    groups = [receiver["group_id"] for receiver in receivers.values()]
    assert len(set(groups)) == len(groups) == 4
    assert all(group.startswith("agent-telemetry-ingester-") for group in groups)


def test_an_exporter_answers_after_the_insert_and_never_gives_up() -> None:
    for exporter in load("ingester")["exporters"].values():
        assert exporter["sending_queue"] == {"enabled": False}
        assert not exporter["create_schema"] and not exporter["async_insert"]
        assert exporter["retry_on_failure"] == {
            "enabled": True,
            "initial_interval": "200ms",
            "max_interval": "5s",
            "max_elapsed_time": 0,
        }
    gateway = load("gateway")["exporters"]["kafka"]
    assert gateway["producer"]["required_acks"] == "all"
    assert gateway["sending_queue"] == {"enabled": False}


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_held_outside_kafka(role: str) -> None:
    config = load(role)
    assert not [name for name in config["processors"] if name.split("/")[0] == "batch"]
    assert "storage" not in str(config)
    for pipeline in config["service"]["pipelines"].values():
        assert pipeline["processors"][0].startswith("memory_limiter/")


def test_the_roles_compose() -> None:
    gateway, ingester = load("gateway"), load("ingester")
    assert gateway["service"]["extensions"] == ingester["service"]["extensions"]
    assert gateway["service"]["telemetry"] == ingester["service"]["telemetry"]
    assert gateway["extensions"] == ingester["extensions"]
    for section in ("receivers", "processors", "exporters"):
        assert not gateway[section].keys() & ingester[section].keys()
    pipelines = gateway["service"]["pipelines"].keys(), ingester["service"]["pipelines"].keys()
    assert not pipelines[0] & pipelines[1]


def test_only_what_is_used_is_built() -> None:
    manifest = yaml.safe_load((COLLECTOR / "builder.yaml").read_text())
    used = {
        name.split("/")[0].replace("_", "")
        for role in ROLES
        for section in ("receivers", "processors", "exporters", "extensions")
        for name in load(role)[section]
    }
    modules = {
        component["gomod"].split()[0].rsplit("/", 1)[-1]
        for section in ("receivers", "processors", "exporters", "extensions")
        for component in manifest[section]
    }
    kinds = {re.sub("(receiver|processor|exporter|extension)$", "", name) for name in modules}
    assert kinds - {"record"} == used - {"kafkarecords"}


def test_a_new_topic_is_looked_for_every_few_seconds(receivers: dict[str, Any]) -> None:
    """Within 10 s it has to be found."""
    json = receivers["kafka_records/json"]
    assert json["metadata"]["refresh_interval"] in [f"{seconds}s" for seconds in range(1, 8)]
