"""The steps of query_service/Dockerfile, done in an empty directory."""

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.images.dockerfile import DOCKERFILES, run, stages

Tree = dict[str, tuple[int, int]]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("image")
    run(stages(DOCKERFILES[1])[0], made)
    return made


@pytest.fixture(scope="module")
def installed(root: Path) -> Path:
    return root / "opt/agent-telemetry"


@pytest.fixture(scope="module")
def of_agents(root: Path) -> Path:
    return root / "opt/agents"


def tree(root: Path) -> Tree:
    """Every file, with its size and when it was written."""
    found = ((path, path.lstat()) for path in root.rglob("*"))
    return {str(path): (stat.st_size, stat.st_mtime_ns) for path, stat in found}


def started(
    installed: Path, *command: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """What a command in the image says, from an empty directory."""
    path = f"{installed}/bin:$PATH"
    image = "agents" if installed.name == "agents" else "query"
    used = [stage for stage in stages(DOCKERFILES[1]) if stage.name in ("base", image)]
    pairs = [pair for stage in used for one in stage.told("ENV") for pair in shlex.split(one)]
    told = dict(pair.split("=", 1) for pair in pairs)
    assert told.pop("PATH") == f"/opt/{installed.name}/bin:$PATH"
    return subprocess.run(
        command,
        env=told | {"PATH": path.replace("$PATH", os.defpath)} | environment,
        cwd=installed.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_runs_from_its_packages_alone_and_writes_nothing(installed: Path) -> None:
    before = tree(installed)
    answer = started(installed, "agent-telemetry", "--help")
    assert answer.returncode == 0, answer.stderr
    assert "migrate" in answer.stdout
    assert tree(installed) == before


def test_what_it_needs_beside_code_is_there(installed: Path) -> None:
    answer = started(
        installed,
        "python",
        "-c",
        "import json; from clickhouse.migrate import migrations;"
        "from query_service.db import sql; from query_service.diagnose.declaration import"
        " declarations; sql('queues/counts'); import agent_sdk.sample_agents, botocore;"
        "print(json.dumps([len(migrations()), len(declarations())]))",
    )
    assert answer.returncode == 0, answer.stderr
    count, kinds = json.loads(answer.stdout)
    assert count >= 36
    assert kinds == 21


def command(name: str) -> list[str]:
    """What an image starts when it is told nothing else."""
    [stage] = [stage for stage in stages(DOCKERFILES[1]) if stage.name == name]
    told: list[str] = json.loads(stage.told("CMD")[0])
    return told


def test_the_query_service_can_be_started(installed: Path) -> None:
    answer = started(installed, *command("query"), "--check-config")
    assert answer.returncode == 0, answer.stderr


def test_an_agent_can_be_started(of_agents: Path) -> None:
    *program, agent = command("agents")
    answer = started(of_agents, *program)
    assert agent in answer.stderr
    assert "usage" in answer.stderr


def test_agents_have_what_they_import_and_little_else(of_agents: Path, installed: Path) -> None:
    found = "import pkgutil, importlib, agent_sdk, botocore;[importlib.import_module(m.name) for m"
    walk = "in pkgutil.walk_packages(agent_sdk.__path__, 'agent_sdk.') if '__main__' not in m.name]"
    answer = started(of_agents, "python", "-c", f"{found} {walk}")
    assert answer.returncode == 0, answer.stderr
    assert not list(of_agents.glob("lib/python3*/site-packages/kubernetes"))
    assert 2 * size(of_agents) < size(installed)


def size(packages: Path) -> int:
    return sum(path.lstat().st_size for path in packages.rglob("*"))


@pytest.mark.parametrize("image", ["agent-telemetry", "agents"])
def test_nothing_that_installs_is_left(root: Path, image: str) -> None:
    packages = root / "opt" / image
    assert not list(packages.glob("lib/python3*/site-packages/pip"))
    assert not (packages / "bin/pip").exists()
