"""NetworkPolicies let pass the arrows of DESIGN.md ("The way of the data"), and nothing else."""

import itertools
from pathlib import Path

import pytest

from tests.helm.chart import VALUES, Object, objects, pods
from tests.helm.policies import Pod, allowed

PORTS = (53, 80, 443, 2181, 4317, 4318, 8080, 8123, 9000, 9009, 9092, 9093, 9181, 9182, 9234, 9464,
         11434, 13133)  # fmt: skip
ARROWS = {
    ("agents", "gateway", 4317), ("agents", "gateway", 4318), ("agents", "kafka", 9092),
    ("agents", "ollama", 11434),
    ("gateway", "kafka", 9092),
    ("ingester", "kafka", 9092), ("ingester", "clickhouse", 8123),
    ("observer", "kafka", 9092), ("observer", "gateway", 4318), ("observer", "clickhouse", 8123),
    ("observer", "ollama", 11434),
    ("api", "clickhouse", 8123),
    # Health probes all parts, an operator may redrive, and the service sends spans of its own.
    ("api", "kafka", 9092), ("api", "gateway", 4318), ("api", "gateway", 13133),
    ("migrate", "clickhouse", 8123), ("topics", "kafka", 9092),
    ("test", "kafka", 9092), ("test", "gateway", 4318), ("test", "api", 8080),
}  # fmt: skip
CLUSTER = {
    ("clickhouse", "clickhouse", 9000), ("clickhouse", "clickhouse", 9009),
    ("clickhouse", "keeper", 9181), ("keeper", "keeper", 9234),
}  # fmt: skip
OWN = Pod("agent of mine", {"app": "mine"})
STRANGER = Pod("stranger", {"app": "other"}, "other", {"kubernetes.io/metadata.name": "other"})


def policies(values: Path) -> list[Object]:
    return [one for one in objects(values) if one["kind"] == "NetworkPolicy"]


def parts(values: Path) -> list[Pod]:
    """One pod of each part."""
    found = {}
    for pod in pods(objects(values)).values():
        labels = pod["metadata"]["labels"]
        found[labels["app.kubernetes.io/component"]] = labels
    return [Pod(name, labels) for name, labels in found.items()]


def passing(values: Path, sources: list[Pod], targets: list[Pod]) -> set[tuple[str, str, int]]:
    rules = policies(values)
    return {
        (source.name, target.name, port)
        for source, target in itertools.product(sources, targets)
        for port in PORTS
        if allowed(rules, source, target, port)
    }


@pytest.mark.parametrize("name", ["default", "kind", "cluster"])
def test_between_the_parts_pass_the_arrows_and_nothing_else(name: str) -> None:
    here = parts(VALUES[name])
    names = {part.name for part in here}
    wanted = ARROWS | (CLUSTER if name == "cluster" else set())
    wanted = {arrow for arrow in wanted if {arrow[0], arrow[1]} <= names}
    assert passing(VALUES[name], here, here) == wanted
    assert name != "cluster" or names == {part for arrow in wanted for part in arrow[:2]}


def test_every_pod_is_closed_both_ways_but_for_what_is_allowed() -> None:
    for name in VALUES:
        for part in parts(VALUES[name]):
            chosen = [
                one["spec"]
                for one in policies(VALUES[name])
                if one["spec"]["podSelector"]["matchLabels"].items() <= part.labels.items()
            ]
            assert [one["policyTypes"] for one in chosen] == [["Ingress", "Egress"]], part.name


def test_agents_of_the_namespace_reach_what_agents_need_and_others_the_api_only() -> None:
    here = parts(VALUES["default"])
    reached = {(to, port) for _, to, port in passing(VALUES["default"], [OWN], here)}
    assert reached == {("gateway", 4317), ("gateway", 4318), ("kafka", 9092), ("api", 8080)}
    reached = {(to, port) for _, to, port in passing(VALUES["default"], [STRANGER], here)}
    assert reached == {("api", 8080)}
    assert passing(
        VALUES["default"], [part for part in here if part.name != "observer"], [STRANGER]
    ) == {(part.name, "stranger", 53) for part in here if part.name != "observer"}


def test_whom_the_values_name_reaches_what_they_name() -> None:
    def of(space: str, **labels: str) -> Pod:
        return Pod(space, {}, space, labels | {"kubernetes.io/metadata.name": space})

    here = parts(VALUES["external"])
    outside = [of("ingress"), of("support", team="support"), of("monitoring"), STRANGER]
    assert passing(VALUES["external"], outside, here) == {
        ("ingress", "api", 8080),
        ("support", "gateway", 4317), ("support", "gateway", 4318),
        ("monitoring", "observer", 9464),
    }  # fmt: skip


def test_external_kafka_and_clickhouse_are_reached_at_their_addresses_and_ports_only() -> None:
    found: dict[str, set[tuple[str, int]]] = {}
    for policy in policies(VALUES["external"]):
        for rule in policy["spec"]["egress"]:
            for peer in rule.get("to", []):
                if "ipBlock" in peer:
                    name = policy["metadata"]["name"].removeprefix("telemetry-")
                    ports = {(peer["ipBlock"]["cidr"], port["port"]) for port in rule["ports"]}
                    found[name] = found.get(name, set()) | ports
    kafka = {("10.1.0.0/16", 9094), ("10.1.0.0/16", 9095)}
    clickhouse = {("10.2.0.0/16", 8443)}
    assert found == {
        **dict.fromkeys(("gateway", "topics", "agents", "test"), kafka),
        **dict.fromkeys(("ingester", "api", "observer"), kafka | clickhouse),
        "migrate": clickhouse,
    }


def test_they_can_be_left_out() -> None:
    made = objects(VALUES["default"], "--set", "networkPolicy.enabled=false")
    assert not [one for one in made if one["kind"] == "NetworkPolicy"]
