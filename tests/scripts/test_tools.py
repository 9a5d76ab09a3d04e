"""A missing tool is named in one line, with where to get it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from local_stack.cache import ROOT


def _fake(directory: Path, name: str, says: str) -> None:
    file = directory / name
    file.write_text(f"#!/bin/sh\necho '{says}'\n")
    file.chmod(0o755)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A directory with every tool that the scripts need, and nothing else."""
    for name in ("bash", "dirname", "sh", "env"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    python = os.path.realpath(sys.executable)
    _fake(tmp_path, "go", "go version go1.25.3 linux/amd64")
    _fake(tmp_path, "java", 'openjdk version "21.0.1" 2023-10-17')
    _fake(tmp_path, "mvn", "Apache Maven 3.9.9 (8e8579a9e76f7d015ee5ec7bfcdc97d260186937)")
    (tmp_path / "python3").write_text(f'#!/bin/sh\nexec "{python}" "$@"\n')
    (tmp_path / "python3").chmod(0o755)
    return tmp_path


def _up(tools: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    cache = tools / "no-directory"
    cache.touch()  # so that a check that lets everything pass cannot build anything
    return subprocess.run(
        [ROOT / "scripts" / "up.sh"],
        env={"PATH": str(tools), "AGENT_TELEMETRY_CACHE": str(cache), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("missing", "named", "source"),
    [
        ("go", "Go >= 1.25", "https://go.dev/dl/"),
        ("java", "Java >= 17", "https://adoptium.net/"),
        ("mvn", "Maven is needed", "https://maven.apache.org/"),
        ("python3", "Python >= 3.11", "https://www.python.org/"),
    ],
)
def test_a_missing_tool(tools: Path, missing: str, named: str, source: str) -> None:
    (tools / missing).unlink()
    told = _up(tools)
    assert told.returncode == 1
    assert len(told.stderr.splitlines()) == 1
    assert named in told.stderr
    assert source in told.stderr


@pytest.mark.parametrize(
    ("name", "says", "told"),
    [
        ("go", "go version go1.21.4 linux/amd64", "Go >= 1.25 is needed, only 1.21:"),
        ("java", 'java version "1.8.0_202"', "Java >= 17 is needed, only 1:"),
    ],
)
def test_a_tool_too_old(tools: Path, name: str, says: str, told: str) -> None:
    _fake(tools, name, says)
    assert _up(tools).stderr.startswith(told)


def test_your_own_kafka_needs_no_java(tools: Path) -> None:
    (tools / "java").unlink()
    (tools / "mvn").unlink()
    told = _up(tools, KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert "Java" not in told.stderr
    assert "no-directory cannot be made: File exists" in told.stderr


def test_help_needs_nothing(tools: Path) -> None:
    for name in ("go", "java", "mvn", "python3"):
        (tools / name).unlink()
    (tools / "cat").symlink_to(shutil.which("cat") or "")
    told = subprocess.run(
        [ROOT / "scripts" / "up.sh", "--help"],
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=True,
    )
    for name in ("--detach", "--no-agents", "KAFKA_PORT", "CLICKHOUSE_URL", "AGENT_TELEMETRY_HOME"):
        assert name in told.stdout
