"""The README is true: its commands run, its settings exist, its links lead somewhere."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from local_stack.settings import Settings as LocalSettings

from agent_sdk.kafka_login import KafkaLogin
from query_service.settings import Settings
from tests.busy import Busy

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
# Run by tests/scripts and by whoever runs this test.
NOT_HERE = {"./scripts/up.sh", "./scripts/test.sh"}


def _commands() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", README, re.S)
    lines = [line for block in blocks for line in re.findall(r"^\$ ((?:.*\\\n)*.*)", block, re.M)]
    commands = [line.split("  #")[0].strip() for line in lines]
    return [command for command in commands if command not in NOT_HERE]


def test_the_two_commands_come_first() -> None:
    first = re.search(r"^\$ (\S+)", README, re.M)
    assert first is not None and first[1] == "./scripts/up.sh"


@pytest.mark.stack
@pytest.mark.parametrize("command", _commands())
def test_commands_run(command: str, busy: Busy) -> None:
    stack = busy.stack
    query, clickhouse = stack.query_url, stack.clickhouse_url
    here = command.replace("localhost:8080", query.removeprefix("http://"))
    here = here.replace("localhost:8123", clickhouse.removeprefix("http://"))
    trace = busy.entries("job_done")[0]["trace_id"]
    here = here.replace("TRACE_ID", trace)
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", here],
        cwd=ROOT,
        env=os.environ | stack.environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip()
    assert "Exception" not in ran.stdout


def test_settings_are_in_the_table() -> None:
    table = set(re.findall(r"^\| `([A-Z_]+)`", README, re.M))
    fields = {name.upper() for name in (*Settings.model_fields, *LocalSettings.model_fields)}
    fields |= {name.upper() for name in KafkaLogin.model_fields}
    assert table == (fields - {"HOME"}) | {"AGENT_TELEMETRY_HOME", "AGENT_TELEMETRY_CACHE"}


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)", README)
    assert [target for target in targets if not (ROOT / target).exists()] == []
