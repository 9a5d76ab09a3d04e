"""scripts/compose.yaml is a compose file, with the parts and settings of the local stack."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from local_stack.programs import AGENTS

from query_service.observer.settings import ObserverSettings
from query_service.settings import Settings
from tests.images.dockerfile import DOCKERFILES, ROOT, stages

SCHEMA = Path(__file__).parent / "compose-spec.json"
"""Of github.com/compose-spec/compose-go v2.9.0 (Apache-2.0)."""
OURS = re.compile(r"agent-telemetry/(collector|query|agents):\d+\.\d+\.\d+")
PYTHON = {"topics", "migrate", "query", "observer"}
SDK = {"OTEL_SERVICE_NAME", "OTEL_EXPORTER_OTLP_PROTOCOL", "AGENT_TELEMETRY_HOME"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "scripts/compose.yaml").read_text())
    return loaded


def test_it_is_a_compose_file(compose: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft7Validator(schema).validate(compose)
    broken = compose | {"services": {"query": {"image": "x", "port": 1}}}
    assert not jsonschema.Draft7Validator(schema).is_valid(broken)


def test_every_part_of_the_local_stack_is_there(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"kafka", "clickhouse", "collector", *PYTHON, *AGENTS}
    for name in AGENTS:
        service = compose["services"][name]
        assert service["command"][-1] == service["environment"]["OTEL_SERVICE_NAME"] == name


def test_it_runs_the_images_that_are_built(compose: dict[str, Any]) -> None:
    built = {stage.name for path in DOCKERFILES for stage in stages(path)}
    for name, service in compose["services"].items():
        if build := service.get("build"):
            assert OURS.fullmatch(service["image"]), name
            assert (ROOT / build["dockerfile"]).is_file()
            assert build.get("target", "build") in built
            assert service["read_only"] and service["cap_drop"] == ["ALL"]


def test_kafka_has_the_settings_of_the_local_one(compose: dict[str, Any]) -> None:
    given = compose["services"]["kafka"]["environment"]
    text = (ROOT / "scripts/local_kafka/server.properties").read_text()
    pairs = dict(line.split("=", 1) for line in text.splitlines() if re.match(r"[a-z.]+=", line))
    wanted = {
        f"KAFKA_{name.replace('.', '_').upper()}": value
        for name, value in pairs.items()
        if "${" not in value and name != "listener.security.protocol.map"
    }
    wanted.pop("KAFKA_CONTROLLER_QUORUM_BOOTSTRAP_SERVERS", None)
    assert len(wanted) > 15
    assert wanted.items() <= given.items()


def test_the_settings_are_known(compose: dict[str, Any]) -> None:
    fields = {name.upper() for name in Settings.model_fields}
    fields |= {f"OBSERVER_{name.upper()}" for name in ObserverSettings.model_fields}
    for name in (*PYTHON, *AGENTS):
        unknown = compose["services"][name]["environment"].keys() - fields - SDK
        assert unknown <= {"GUNICORN_CMD_ARGS"}, name


def test_nothing_is_open_to_other_machines(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_reader_is_that_of_the_chart(compose: dict[str, Any]) -> None:
    chart = (ROOT / "helm/templates/clickhouse/users.yaml").read_text()
    users = compose["configs"]["clickhouse_users"]["content"]
    settings = re.findall(r"<(\w+)>(\d+)</\1>", users)
    assert len(settings) > 12
    assert set(settings) <= set(re.findall(r"<(\w+)>(\d+)</\1>", chart))
