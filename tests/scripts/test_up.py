"""The commands themselves, on the real parts."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
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

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]
UP, DOWN = str(ROOT / "scripts/up.sh"), str(ROOT / "scripts/down.sh")
PATIENCE = 300.0
TELL = "CREATE TABLE IF NOT EXISTS told (word String) ENGINE = MergeTree ORDER BY word"


def _environment(home: Path) -> dict[str, str]:
    chosen = local_settings(home).environment()
    for name in ("KAFKA_BOOTSTRAP_SERVERS", "CLICKHOUSE_URL", "CLICKHOUSE_READER_URL"):
        del chosen[name]
    return {**os.environ, **chosen}


def _processes(variable: str, home: Path) -> list[psutil.Process]:
    """Processes that have this home in that environment variable."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(variable) == str(home):
                found.append(process)
        except psutil.Error:
            continue
    return found


def _running(home: Path) -> list[str]:
    """The command lines of all that was started for a home: the parts, supervisord, up.sh."""
    found = []
    for process in _processes("AGENT_TELEMETRY_HOME", home):
        with suppress(psutil.Error):
            found.append(" ".join(process.cmdline()))
    return found


def _up(environment: Mapping[str, str], *options: str) -> str:
    """Run up.sh to its end; what it prints."""
    ran = subprocess.run(
        [UP, *options],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _down(environment: Mapping[str, str]) -> None:
    subprocess.run([DOWN], env=environment, capture_output=True, timeout=PATIENCE, check=True)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of its own; what a failed test leaves running for it is ended."""
    yield tmp_path
    if _running(tmp_path):
        with suppress(subprocess.SubprocessError):
            _down(_environment(tmp_path))
    left = _processes("AGENT_TELEMETRY_HOME", tmp_path)
    for process in left:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(left, timeout=PATIENCE)


def _sql(url: str, statement: str) -> str:
    answer = httpx.post(f"{url}/?database=agent_telemetry", content=statement, timeout=60)
    return answer.raise_for_status().text


@pytest.fixture(autouse=True)
def _interruptible() -> Iterator[None]:
    """A shell in the background ignores SIGINT, and so would all that it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_detach_down_and_the_data_are_there_again(home: Path) -> None:
    environment = _environment(home)
    url = f"http://127.0.0.1:{environment['CLICKHOUSE_PORT']}"
    told = _up(environment, "--detach", "--no-agents")
    assert f":{environment['QUERY_PORT']}/api/v1/queues" in told
    up = [UP, "--detach", "--no-agents"]
    again = subprocess.run(up, env=environment, capture_output=True, text=True, check=False)
    assert again.returncode == 1
    assert "already running" in again.stderr
    _sql(url, TELL)
    _sql(url, "INSERT INTO told VALUES ('kept')")
    topics = ["scripts/create-topics.sh", "--agents", "Late Comer"]
    subprocess.run(topics, cwd=ROOT, env=environment, capture_output=True, check=True)
    _down(environment)
    assert _running(home) == []

    _up(environment, "--detach", "--no-agents")
    assert _sql(url, "SELECT word FROM told") == "kept\n"
    admin = KafkaAdminClient(bootstrap_servers=f"127.0.0.1:{environment['KAFKA_PORT']}")
    assert "agent-queue-late-comer" in admin.list_topics()
    admin.close()
    _down(environment)
    assert _running(home) == []


def test_an_interrupted_start_leaves_nothing(home: Path) -> None:
    up = [UP, "--no-agents"]
    process = subprocess.Popen(up, env=_environment(home), stderr=subprocess.DEVNULL)
    wait_until(lambda: _processes(MARK, home), PATIENCE)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 130
    assert _running(home) == []


def test_ctrl_c_stops_everything(home: Path) -> None:
    up, log = [UP, "--no-agents"], home / "up.log"
    with log.open("w") as out:
        process = subprocess.Popen(up, env=_environment(home), stdout=out, stderr=out)
    wait_until(lambda: "Ready after" in log.read_text() or process.poll() is not None, PATIENCE)
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE) == 130, log.read_text()
    assert _running(home) == []


def _kafka_is_up(stack: Stack) -> bool:
    health = httpx.get(f"{stack.query_url}/health", timeout=60).json()
    return bool(health["parts"]["kafka"]["status"] == "up")


def test_two_stacks_side_by_side(stack: Stack, tmp_path: Path) -> None:
    with make_stack(tmp_path) as second:
        _sql(second.clickhouse_url, TELL)
        assert "told" not in _sql(stack.clickhouse_url, "SHOW TABLES")
        wait_until(lambda: _kafka_is_up(second) and _kafka_is_up(stack), PATIENCE)
    wait_until(lambda: _kafka_is_up(stack), PATIENCE)


def test_your_own_parts_are_used(stack: Stack, home: Path) -> None:
    chosen = _environment(home)
    theirs = {"KAFKA_BOOTSTRAP_SERVERS": stack.kafka, "CLICKHOUSE_URL": stack.clickhouse_url}
    environment = {**chosen, **theirs, "KAFKA_PORT": str(free_port())}
    _up(environment, "--detach", "--no-agents")
    commands = " ".join(_running(home))
    assert "otelcol-agents" in commands
    assert "kafka.Kafka" not in commands
    assert "clickhouse.embedded" not in commands
    _down(environment)
    assert _running(home) == []


def test_a_killed_part_comes_back(stack: Stack) -> None:
    before = stack.pid("clickhouse")
    stack.kill("clickhouse")
    wait_until(lambda: stack.pid("clickhouse") not in (0, before), PATIENCE)
    stack.wait_ready("clickhouse")
