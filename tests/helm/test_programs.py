"""The programs of the chart run by its commands, arguments and environment, and by nothing else.

On the parts of this machine: only addresses, ports and files differ.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.helm.chart import CHART, VALUES, containers, environment, helm, objects, of_kind, pods
from tests.ports import free_port
from tests.stack import Stack
from tests.waiting import wait_until

pytestmark = pytest.mark.stack

BIN = Path(sys.executable).parent


def container(pod: str, name: str) -> dict[str, Any]:
    made = pods(objects(VALUES["default"]))[pod]
    [found] = [one for one in containers(made) if one["name"] == name]
    return found


def settings(given: Mapping[str, Any], stack: Stack, home: Path, **more: str) -> dict[str, str]:
    """The environment of a container, on this machine: nothing of the test's own is in it."""
    here = {name: stack.environment[name] for name in given if name in stack.environment}
    plain = {name: value for name, value in given.items() if isinstance(value, str)}
    paths = {"HOME": str(home), "TMPDIR": str(home)}
    if "AGENT_TELEMETRY_HOME" in given:
        paths["AGENT_TELEMETRY_HOME"] = str(home)
    return plain | here | paths | {"PATH": f"{BIN}:/usr/bin:/bin"} | more


def command(one: Mapping[str, Any]) -> list[str]:
    """That of a container; the package is not installed here."""
    given = [*one["command"], *one.get("args", [])]
    return [sys.executable, "-m", "query_service", *given[1:]] if given[0] != "gunicorn" else given


@contextmanager
def running(given: list[str], env: Mapping[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(given, env=env, stdout=out, stderr=subprocess.STDOUT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(90)


@pytest.mark.parametrize(
    ("pod", "name"),
    [
        ("telemetry-migrate-1", "wait-for-clickhouse"),
        ("telemetry-migrate-1", "migrate"),
        ("telemetry-topics-1", "wait-for-kafka"),
        ("telemetry-topics-1", "topics"),
        ("telemetry-ingester", "wait-for-schema"),
    ],
)
def test_what_runs_once_ends_well(stack: Stack, tmp_path: Path, pod: str, name: str) -> None:
    one = container(pod, name)
    env = settings(environment(one), stack, tmp_path, PYTHONPATH=stack.environment["PYTHONPATH"])
    told = subprocess.run(command(one), env=env, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr


def test_the_query_service_knows_the_keys_of_the_chart(stack: Stack, tmp_path: Path) -> None:
    one = container("telemetry-api", "query")
    drawn = helm("template", "agent-telemetry", str(CHART), "-s", "templates/query/keys.yaml")
    secret = yaml.safe_load(drawn.stdout)["stringData"]
    keys, port = tmp_path / "keys", free_port()
    keys.write_text(secret["keys"])
    given = environment(one)
    assert given["GUNICORN_CMD_ARGS"] == "--bind 0.0.0.0:8080"
    [mount] = [m for m in one["volumeMounts"] if m["name"] == "keys"]
    assert given["QUERY_KEYS_FILE"] == f"{mount['mountPath']}/keys"
    env = settings(
        given, stack, tmp_path, QUERY_KEYS_FILE=str(keys), QUERY_PORT=str(port),
        GUNICORN_CMD_ARGS=f"--bind 0.0.0.0:{port}",
        PYTHONPATH=stack.environment["PYTHONPATH"],
    )  # fmt: skip
    probe = one["readinessProbe"]["httpGet"]["path"]
    with (
        running(command(one), env, tmp_path / "log"),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):

        def is_up() -> bool:
            try:
                return client.get(probe).status_code == 200
            except httpx.TransportError:
                return False

        wait_until(is_up)

        def status(method: str, path: str, key: str = "") -> int:
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            return client.request(method, path, headers=headers, json=None).status_code

        assert status("GET", "/api/v1/queues") == 401
        assert status("GET", "/api/v1/queues", secret["viewer-key"]) == 200
        assert status("POST", "/api/v1/redrive", secret["viewer-key"]) == 403
        assert status("POST", "/api/v1/redrive", secret["operator-key"]) == 422


def test_what_the_collector_needs_beside_its_files_is_in_its_environment() -> None:
    config = of_kind(objects(VALUES["default"]), "ConfigMap")
    for role in ("gateway", "ingester"):
        one = container(f"telemetry-{role}", role)
        mounts = {m["name"]: m["mountPath"] for m in one["volumeMounts"]}
        assert one["args"] == [
            f"--config=/etc/agent-telemetry/{role}.yaml", f"--config={mounts['kafka']}/kafka.yaml"
        ]  # fmt: skip
        assert list(config[f"telemetry-{role}"]["data"]) == ["kafka.yaml"]
        assert environment(one)["COLLECTOR_LISTEN"] == "0.0.0.0"
