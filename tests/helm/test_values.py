"""What is chosen by values, and what is said of values that are wrong."""

import json
from collections.abc import Iterator

import pytest
import yaml

from tests.helm.chart import CHART, VALUES, Object, helm, objects, of_kind, pods

WRONG = [
    (["kafka.mode=own"], "at '/kafka/mode': value must be one of 'single', 'external'"),
    (["kafka.mode=external"], "kafka.bootstrapServers is empty"),
    (["kafka.bootstrapServers=a:1"], "kafka.mode is single: set kafka.mode to external"),
    (["kafka.security.protocol=SSL"], "this chart (kafka.mode single) speaks PLAINTEXT"),
    (
        ["kafka.mode=external", "kafka.bootstrapServers=broker"],
        "at '/kafka/bootstrapServers': 'broker' does not match",
    ),
    (
        ["kafka.mode=external", "kafka.bootstrapServers=a:1", "kafka.security.protocol=SASL_SSL"],
        "kafka.security.mechanism is empty: SASL_SSL needs one",
    ),
    (
        [
            "kafka.mode=external", "kafka.bootstrapServers=a:1",
            "kafka.security.protocol=SASL_SSL", "kafka.security.mechanism=PLAIN",
        ],
        "kafka.security.existingSecret is empty: PLAIN needs a Secret",
    ),
    (
        [
            "kafka.mode=external", "kafka.bootstrapServers=a:1",
            "kafka.security.protocol=SASL_SSL", "kafka.security.mechanism=AWS_MSK_IAM",
        ],
        "AWS_MSK_IAM needs protocol SASL_SSL and awsRegion",
    ),
    (
        ["kafka.mode=external", "kafka.bootstrapServers=a:1", "kafka.security.mechanism=PLAIN"],
        "kafka.security.protocol is PLAINTEXT: set SASL_SSL or SASL_PLAINTEXT",
    ),
    (["clickhouse.mode=external"], "needs a Secret with keys url and reader-url"),
    (["clickhouse.cluster.keepers=2"], "keepers': value must be one of 1, 3, 5"),
    (["clickhouse.storage.size=lots"], "at '/clickhouse/storage/size'"),
    (["clickhouse.database=a-b"], "at '/clickhouse/database': 'a-b' does not match"),
    (["retention.days=0"], "at '/retention/days': minimum: got 0, want 1"),
    (["ingester.replicas=4"], "ingester.replicas is 4, but a topic has 3 partitions"),
    (
        ["ingester.keda.enabled=true", "ingester.keda.max=4"],
        "ingester.keda.max is 4, but a topic has 3 partitions",
    ),
    (["ingester.keda.min=4"], "ingester.keda: min (4) is more than max (3)"),
    (["query.autoscaling.min=9"], "query.autoscaling: min (9) is more than max (6)"),
    (["gateway.autoscaling.cpu=900"], "at '/gateway/autoscaling/cpu': maximum: got 900, want 100"),
    (["query.ingress.enabled=true"], "query.ingress.host is empty"),
    (["query.env.debug=x"], "at '/query/env': additional properties 'debug' not allowed"),
    (["observer.namespaces={a,*}"], "* is all namespaces, name no others beside it"),
    (["observer.namespaces={Not A Name}"], "at '/observer/namespaces/0'"),
    (["images.query.digest=latest"], "at '/images/query/digest': 'latest' does not match"),
    (["images.pullPolicy=Sometimes"], "at '/images/pullPolicy': value must be one of 'Always'"),
    (["qery.replicas=3"], "additional properties 'qery' not allowed"),
    (["query.replica=3"], "at '/query': additional properties 'replica' not allowed"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "message"), WRONG, ids=[" ".join(g) for g, _ in WRONG])
def test_a_wrong_value_is_named_with_what_would_be_right(given: list[str], message: str) -> None:
    told = helm("template", str(CHART), *(f"--set={one}" for one in given))
    assert told.returncode
    assert message in told.stderr


def test_the_schema_knows_every_value_and_no_other() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    values = yaml.safe_load((CHART / "values.yaml").read_text())

    def of_schema(one: Object, at: str = "") -> Iterator[str]:
        if "$ref" in one:
            one = schema["$defs"][one["$ref"].rpartition("/")[2]]
        for name, child in one.get("properties", {}).items():
            yield from of_schema(child, f"{at}/{name}")
        if "properties" not in one:
            yield at

    def of_values(one: object, known: set[str], at: str = "") -> Iterator[str]:
        if isinstance(one, dict) and at not in known:
            for name, child in one.items():
                yield from of_values(child, known, f"{at}/{name}")
        else:
            yield at

    known = {path for path in of_schema(schema) if path != "/global"}
    listed = set(of_values(values, known))
    assert listed <= known
    # Without an amount there is none: those of the resources need not all be there.
    missing = {path for path in known - listed if "/resources/" not in path}
    assert {p for p in missing if "eeperResources/" not in p} == set()


def test_external_parts_are_not_made() -> None:
    made = objects(VALUES["external"])
    assert of_kind(made, "StatefulSet") == {}
    assert of_kind(made, "Secret") == {}
    assert not any("clickhouse" in name or "kafka" in name for name in of_kind(made, "Service"))


def test_all_namespaces_need_a_cluster_role_and_named_ones_a_role_in_each() -> None:
    everywhere = objects(VALUES["external"])
    assert list(of_kind(everywhere, "ClusterRole")) == ["telemetry-observer-telemetry"]
    for name, spaces in {"cluster": ["telemetry", "support"], "default": ["telemetry"]}.items():
        made = objects(VALUES[name])
        assert not of_kind(made, "ClusterRole", "ClusterRoleBinding")
        roles = [one["metadata"] for one in made if one["kind"] == "Role"]
        assert [one["namespace"] for one in roles if "lease" not in one["name"]] == spaces


def test_who_scales_by_itself_has_no_number_of_replicas() -> None:
    default, external = objects(VALUES["default"]), objects(VALUES["external"])
    for name in ("telemetry-gateway", "telemetry-api"):
        assert "replicas" not in of_kind(default, "Deployment")[name]["spec"]
        assert name in of_kind(default, "HorizontalPodAutoscaler")
    assert of_kind(external, "HorizontalPodAutoscaler") == {}
    assert "replicas" not in of_kind(external, "Deployment")["telemetry-ingester"]["spec"]
    assert of_kind(external, "ScaledObject")["telemetry-ingester"]["spec"]["maxReplicaCount"] == 12
    groups = {
        trigger["metadata"]["consumerGroup"]
        for trigger in of_kind(external, "ScaledObject")["telemetry-ingester"]["spec"]["triggers"]
    }
    assert groups == {
        f"agent-telemetry-ingester-{of}"
        for of in ("json", "otlp-traces", "otlp-logs", "otlp-metrics")
    }


def test_a_digest_goes_before_the_tag_and_the_registry_is_for_our_images_only() -> None:
    digest = "sha256:" + "a" * 64
    made = pods(
        objects(
            VALUES["default"],
            "--set",
            "images.registry=r.example.com/t",
            "--set",
            f"images.query.digest={digest}",
            "--set",
            "images.collector.tag=seven",
        )  # fmt: skip
    )

    def image(of: str) -> str:
        return str(made[of]["spec"]["containers"][0]["image"])

    assert image("telemetry-api") == f"r.example.com/t/agent-telemetry/query@{digest}"
    assert image("telemetry-gateway") == "r.example.com/t/agent-telemetry/collector:seven"
    assert image("telemetry-kafka") == "apache/kafka:4.3.1"


def test_a_cluster_has_a_set_for_each_shard_and_names_every_node() -> None:
    made = objects(VALUES["cluster"])
    shards = {n: one for n, one in of_kind(made, "StatefulSet").items() if "clickhouse" in n}
    assert {name: one["spec"]["replicas"] for name, one in shards.items()} == {
        "telemetry-clickhouse-0": 2,
        "telemetry-clickhouse-1": 2,
    }
    chosen = [one["spec"]["selector"]["matchLabels"] for one in shards.values()]
    assert chosen[0] != chosen[1]
    config = of_kind(made, "ConfigMap")["telemetry-clickhouse"]["data"]["agent-telemetry.xml"]
    for shard in (0, 1):
        for replica in (0, 1):
            assert (
                f"<host>telemetry-clickhouse-{shard}-{replica}.telemetry-clickhouse-nodes."
                in config
            )
