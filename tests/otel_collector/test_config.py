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


def readers(receivers: dict[str, Any], topic: str) -> list[str]:
    """The receivers of raw records that read a topic."""
    return [
        kind
        for kind in ("queues", "json")
        if any(re.search(p, topic) for p in receivers[f"kafka_records/{kind}"]["topics"])
    ]


@pytest.mark.parametrize(
    ("topic", "reader"),
    [("agent-queue-writer", "queues"), ("agent-queue-Code.Helper_2", "queues")]
    + [(f"agent-telemetry-{kind}", "json") for kind in JSON_KINDS],
)
def test_raw_topics_are_read_once(receivers: dict[str, Any], topic: str, reader: str) -> None:
    assert readers(receivers, topic) == [reader]


def test_queues_and_json_topics_differ_in_topics_size_and_table_alone() -> None:
    config = load("ingester")
    for name, kind, differs in (
        ("receivers", "kafka_records", {"topics", "max_records", "max_bytes"}),
        ("exporters", "clickhouse", {"logs_table_name"}),
    ):
        queues, json = config[name][f"{kind}/queues"], config[name][f"{kind}/json"]
        assert {key for key in queues | json if queues.get(key) != json.get(key)} == differs
    tables = {
        k: config["exporters"][f"clickhouse/{k}"]["logs_table_name"] for k in ("queues", "json")
    }
    assert tables == {"queues": "landing_messages", "json": "landing_records"}


@pytest.mark.parametrize(
    "topic",
    [*OTLP, "agent-queue-", "my-agent-queue-x", "agent-queue-a b", "agent-telemetry-spans-old"]
    + ["x-agent-telemetry-spans", "agent-telemetry-", "__consumer_offsets"],
)
def test_other_topics_are_not(receivers: dict[str, Any], topic: str) -> None:
    assert not readers(receivers, topic)


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


def test_groups_of_receivers(receivers: dict[str, Any]) -> None:
    groups = {kind.split("/")[1]: receiver["group_id"] for kind, receiver in receivers.items()}
    otlp = {s: f"agent-telemetry-ingester-otlp-{s}" for s in ("traces", "logs", "metrics")}
    # The positions of the one reader that both had before.
    raw = dict.fromkeys(("queues", "json"), "agent-telemetry-ingester-json")
    assert groups == otlp | raw


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
    queues = receivers["kafka_records/queues"]
    assert queues["metadata"]["refresh_interval"] in [f"{seconds}s" for seconds in range(1, 8)]
