"""The commands themselves, on the real parts."""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from kafka.admin import KafkaAdminClient
from local_stack.cache import ROOT
from local_stack.supervise import MARK

from tests.ports import free_port
from tests.stack import Stack, local_settings, make_stack
from tests.waiting import wait_until

pytestmark = pytest.mark.stack
UP, DOWN = str(ROOT / "scripts/up.sh"), str(ROOT / "scripts/down.sh")
TELL = "CREATE TABLE IF NOT EXISTS told (word String) ENGINE = MergeTree ORDER BY word"


def _environment(home: Path) -> dict[str, str]:
    chosen = local_settings(home).environment()
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "CLICKHOUSE_URL", "CLICKHOUSE_READER_URL"):
        del chosen[name]
    return {**os.environ, **chosen}


def _running(home: Path) -> list[str]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(home):
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def _sql(url: str, statement: str) -> str:
    return httpx.post(f"{url}/?database=agent_telemetry", content=statement).raise_for_status().text


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """A shell in the background ignores SIGINT, and so would all that it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_detach_down_and_the_data_are_there_again(tmp_path: Path) -> None:
    environment = _environment(tmp_path)
    url = f"http://127.0.0.1:{environment['CLICKHOUSE_PORT']}"
    up = [UP, "--detach", "--no-agents"]
    down = [DOWN]
    try:
        told = subprocess.run(up, env=environment, capture_output=True, text=True, check=True)
        assert f":{environment['QUERY_PORT']}/api/v1/queues" in told.stdout
        again = subprocess.run(up, env=environment, capture_output=True, text=True, check=False)
        assert again.returncode == 1
        assert "already running" in again.stderr
        _sql(url, TELL)
        _sql(url, "INSERT INTO told VALUES ('kept')")
        topics = ["scripts/create-topics.sh", "--agents", "Late Comer"]
        subprocess.run(topics, cwd=ROOT, env=environment, capture_output=True, check=True)
        subprocess.run(down, env=environment, capture_output=True, check=True)
        assert _running(tmp_path) == []

        subprocess.run(up, env=environment, capture_output=True, check=True)
        assert _sql(url, "SELECT word FROM told") == "kept\n"
        admin = KafkaAdminClient(bootstrap_servers=f"127.0.0.1:{environment['KAFKA_PORT']}")
        assert "agent-queue-late-comer" in admin.list_topics()
        admin.close()
    finally:
        subprocess.run(down, env=environment, capture_output=True, check=True)
    assert _running(tmp_path) == []


def test_an_interrupted_start_leaves_nothing(tmp_path: Path) -> None:
    environment = _environment(tmp_path)
    up = [UP, "--no-agents"]
    with subprocess.Popen(up, env=environment, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: _running(tmp_path), 60)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert _running(tmp_path) == []


def test_ctrl_c_stops_everything(tmp_path: Path) -> None:
    environment = _environment(tmp_path)
    up = [UP, "--no-agents"]
    with subprocess.Popen(up, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and any("Ready after" in line for line in process.stdout)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
    assert _running(tmp_path) == []


def test_two_stacks_side_by_side(stack: Stack, tmp_path: Path) -> None:
    with make_stack(tmp_path) as second:
        _sql(second.clickhouse_url, TELL)
        assert "told" not in _sql(stack.clickhouse_url, "SHOW TABLES")
        assert httpx.get(f"{second.query_url}/health").json()["parts"]["kafka"]["status"] == "up"
        assert httpx.get(f"{stack.query_url}/health").json()["parts"]["kafka"]["status"] == "up"
    assert httpx.get(f"{stack.query_url}/health").is_success


def test_your_own_parts_are_used(stack: Stack, tmp_path: Path) -> None:
    chosen = _environment(tmp_path)
    theirs = {"KAFKA_BOOTSTRAP_SERVERS": stack.kafka, "CLICKHOUSE_URL": stack.clickhouse_url}
    environment = {**chosen, **theirs, "KAFKA_PORT": str(free_port())}
    up = [UP, "--detach", "--no-agents"]
    try:
        subprocess.run(up, env=environment, capture_output=True, text=True, check=True)
        commands = " ".join(_running(tmp_path))
        assert "otelcol-agents" in commands
        assert "kafka.Kafka" not in commands
        assert "clickhouse.embedded" not in commands
    finally:
        subprocess.run([DOWN], env=environment, check=True)


def test_a_killed_part_comes_back(stack: Stack) -> None:
    before = stack.pid("clickhouse")
    stack.kill("clickhouse")
    wait_until(lambda: stack.pid("clickhouse") not in (0, before), 30)
    stack.wait_ready("clickhouse")
