"""What every pod of the chart is like, whatever the values."""

from pathlib import Path

import pytest

from tests.helm.chart import VALUES, containers, environment, objects, of_kind, pods

each = pytest.mark.parametrize("values", VALUES.values(), ids=VALUES.keys())


@each
def test_no_container_may_do_anything_beyond_its_work(values: Path) -> None:
    for name, pod in pods(objects(values)).items():
        spec = pod["spec"]
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys(), name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] >= 100, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not any("hostPath" in volume for volume in spec["volumes"]), name
        for container in containers(pod):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, (name, container["name"])
            mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
            assert "/tmp" in mounts, (name, container["name"])


@each
def test_only_the_observer_has_a_token_of_the_api(values: Path) -> None:
    made = objects(values)
    accounts = of_kind(made, "ServiceAccount")
    assert not any(account["automountServiceAccountToken"] for account in accounts.values())
    for name, pod in pods(made).items():
        spec = pod["spec"]
        assert spec["serviceAccountName"] in accounts, name
        assert spec["automountServiceAccountToken"] is (name == "telemetry-observer"), name


@each
def test_each_container_has_requests_and_a_limit_of_memory(values: Path) -> None:
    for name, pod in pods(objects(values)).items():
        for container in containers(pod):
            resources = container["resources"]
            assert resources["requests"].keys() == {"cpu", "memory"}, (name, container["name"])
            assert "memory" in resources["limits"], (name, container["name"])


@each
def test_whatever_a_pod_mounts_or_reads_is_made_or_named(values: Path) -> None:
    made = objects(values)
    configs, secrets = of_kind(made, "ConfigMap"), set(of_kind(made, "Secret"))
    named = {"clickhouse", "keys", "kafka-user", "kafka-ca", "litellm", "alerts"}  # by the values
    for name, pod in pods(made).items():
        claims = of_kind(made, "StatefulSet").get(name, {}).get("spec", {})
        volumes = {volume["name"] for volume in pod["spec"]["volumes"]} | {
            claim["metadata"]["name"] for claim in claims.get("volumeClaimTemplates", [])
        }
        for volume in pod["spec"]["volumes"]:
            assert volume.get("configMap", {}).get("name", next(iter(configs))) in configs, name
            if "secret" in volume:
                assert volume["secret"]["secretName"] in secrets | named, name
        for container in containers(pod):
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes, name
            for source in environment(container).values():
                if isinstance(source, dict) and "secretKeyRef" in source:
                    assert source["secretKeyRef"]["name"] in secrets | named, name


@each
def test_what_serves_has_probes_and_a_budget_for_disruptions(values: Path) -> None:
    made = objects(values)
    found = pods(made)
    for name in ("telemetry-gateway", "telemetry-ingester", "telemetry-api"):
        [container] = found[name]["spec"]["containers"]
        assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys(), name
        assert found[name]["spec"]["topologySpreadConstraints"], name
        budget = of_kind(made, "PodDisruptionBudget")[name]["spec"]
        labels = found[name]["metadata"]["labels"]
        assert budget["selector"]["matchLabels"].items() <= labels.items()


@each
def test_each_service_finds_pods_that_have_its_ports(values: Path) -> None:
    made = objects(values)
    for name, service in of_kind(made, "Service").items():
        wanted = service["spec"]["selector"].items()
        chosen = [pod for pod in pods(made).values() if wanted <= pod["metadata"]["labels"].items()]
        assert chosen, name
        for pod in chosen:
            ports = {
                port["name"]: port["containerPort"]
                for container in pod["spec"]["containers"]
                for port in container.get("ports", [])
            }
            for port in service["spec"]["ports"]:
                assert ports[port["targetPort"]] == port["port"], name


@each
def test_what_needs_the_schema_waits_for_it_and_jobs_are_named_by_the_revision(
    values: Path,
) -> None:
    made = objects(values)
    found = pods(made)
    waits = {
        name: [one["command"][1:] for one in pod["spec"].get("initContainers", [])]
        for name, pod in found.items()
    }
    for name in ("telemetry-ingester", "telemetry-api", "telemetry-observer"):
        assert waits[name] == [["wait", "schema"]], name
    assert waits["telemetry-migrate-1"] == [["wait", "clickhouse"]]
    assert waits["telemetry-topics-1"] == [["wait", "kafka"]]
    assert waits["telemetry-gateway"] == []
    for job in of_kind(made, "Job").values():
        assert "helm.sh/hook" not in job["metadata"].get("annotations", {})


def test_the_sample_agents_tell_the_oracle_who_they_are() -> None:
    made = of_kind(objects(VALUES["cluster"]), "Deployment")
    agents = {name: one for name, one in made.items() if name.startswith("agent-")}
    told = {one["metadata"]["labels"]["oracle-monitor/name"] for one in agents.values()}
    assert told == {"orchestrator", "researcher", "writer", "coder", "reviewer"}
    for name, one in agents.items():
        assert one["metadata"]["labels"]["oracle-monitor/agent"] == "true"
        assert one["metadata"]["annotations"]["oracle-monitor/description"], name
        assert one["metadata"]["annotations"]["oracle-monitor/models"] == "llama3.2"
