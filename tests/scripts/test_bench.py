"""The benchmark: its traffic, its default, and a short run of all of it."""

import json
import re
import subprocess

import pytest
from bench import __main__ as bench
from bench.messages import agent_messages
from click.testing import CliRunner
from local_stack.cache import ROOT


def test_messages_have_the_size_and_depend_on_the_seed() -> None:
    first, again = (list(agent_messages(50, size=700, seed=3)) for _ in range(2))
    assert {len(value) for _, _, value in first} == {700}
    assert [key for _, key, _ in first] == [key for _, key, _ in again]
    assert [key for _, key, _ in first] != [key for _, key, _ in agent_messages(50, seed=4)]


def test_every_result_answers_a_task_before_it() -> None:
    tasks: set[str] = set()
    for topic, _, value in agent_messages(100):
        message = json.loads(value)
        assert topic == f"agent-queue-{message['target_agent'].lower()}"
        if message["message_type"] == "task":
            tasks.add(message["message_id"])
        else:
            tasks.remove(message["parent_message_id"])
    assert tasks == set()


def test_without_a_command_it_measures_the_ingest(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, int]] = []
    monkeypatch.setattr(bench.ingest_command, "callback", lambda **options: asked.append(options))
    assert CliRunner().invoke(bench.main, []).exit_code == 0
    assert asked[0]["messages"] == 300_000


@pytest.mark.stack
@pytest.mark.timeout(900)
def test_a_short_run_gives_every_figure() -> None:
    command = [str(ROOT / "scripts/bench.sh"), "ingest", "--messages", "3000", "--seconds", "2"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert ran.returncode == 0, ran.stderr
    assert re.search(r"direct insert, one thread \| [\d,]+ \|", ran.stdout)
    assert re.search(r"Kafka to tables[^|]* \| [\d,]+ \|", ran.stdout)
    for part in bench.PARTS:
        assert f"| {part} | " in ran.stdout
    assert re.search(r"p50 \d+ ms, p95 \d+ ms, p99 \d+ ms", ran.stdout)


@pytest.mark.stack
@pytest.mark.timeout(900)
def test_a_start_is_timed_and_stopped_again() -> None:
    command = [str(ROOT / "scripts/bench.sh"), "start", "--runs", "1"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=800, check=False)
    assert ran.returncode == 0, ran.stderr
    figures = r"\d+\.\d \| \d+\.\d \| \d+\.\d \|"
    assert re.search(rf"^\| new home, all built \| 1 \| {figures}$", ran.stdout, re.M)
    assert re.search(rf"^\| same home again \| 1 \| {figures}$", ran.stdout, re.M)
