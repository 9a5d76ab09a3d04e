"""Starting, stopping and killing the process."""

import os
import signal
import socket
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import httpx
import pytest
from filelock import FileLock

from clickhouse.embedded import merges
from tests.clickhouse_fixture import START_SECONDS, answers, running, start
from tests.ports import free_port
from tests.waiting import wait_until

ROWS = 200
post = partial(httpx.post, timeout=120)


def command(path: Path, port: int, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "clickhouse.embedded", "--path", str(path), "--port", str(port)]
        + list(arguments),
        capture_output=True, text=True, timeout=START_SECONDS, check=False,
    )  # fmt: skip


def test_a_second_owner_is_refused_by_name(tmp_path: Path) -> None:
    with running(tmp_path) as url:
        second = command(tmp_path, free_port())
        owner = (tmp_path / "owner.pid").read_text()
        assert second.returncode == 1
        assert second.stderr.strip().splitlines() == [
            f"Error: embedded ClickHouse: {tmp_path} is in use by process {owner}"
        ]
        assert post(url, content="SELECT 1").text == "1\n"


def test_other_machines_only_with_passwords(tmp_path: Path) -> None:
    refused = command(tmp_path, free_port(), "--listen", "0.0.0.0")
    assert refused.returncode == 1
    assert "CLICKHOUSE_READER_PASSWORD" in refused.stderr


def test_passwords_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLICKHOUSE_PASSWORD", "secret")
    monkeypatch.setenv("CLICKHOUSE_READER_PASSWORD", "other")
    with running(tmp_path, "--listen", "0.0.0.0") as url:
        assert post(url, content="SELECT 1").status_code == 403
        assert post(url, content="SELECT 1", auth=("default", "secret")).text == "1\n"
        assert post(url, content="SELECT 1", auth=("reader", "secret")).status_code == 403


def test_merges_wait_for_others(tmp_path: Path) -> None:
    with running(tmp_path):
        owner = int((tmp_path / "owner.pid").read_text())
        names = Path(f"/proc/{owner}/task").glob("*/comm")
        merging = [n.parent.name for n in names if n.read_text().strip() == "MergeMutate"]
        nice = {os.getpriority(os.PRIO_PROCESS, int(thread)) for thread in merging}
        assert nice == {min(os.getpriority(os.PRIO_PROCESS, owner) + merges.NICE, 19)}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_lets_running_queries_finish(tmp_path: Path, number: signal.Signals) -> None:
    port = free_port()
    process = start(tmp_path, port)
    url = f"http://127.0.0.1:{port}"
    answer: list[str] = []

    def slow() -> None:
        sql = "SELECT count() FROM numbers(100000000) WHERE sipHash64(sipHash64(number)) = 1"
        answer.append(post(url, content=sql).text)

    thread = threading.Thread(target=slow)
    thread.start()
    wait_until(lambda: "sipHash64" in processes(url), 60)
    process.send_signal(number)
    thread.join(120)
    assert answer == ["0\n"]
    assert process.wait(90) == 0
    with running(tmp_path):
        pass


def processes(url: str) -> str:
    sql = "SELECT query FROM system.processes WHERE query NOT LIKE '%system.processes%'"
    return post(url, content=sql).text


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_the_process_ends_with_an_error_when_its_engine_dies(
    tmp_path: Path, number: signal.Signals
) -> None:
    process = start(tmp_path, free_port())
    os.kill(int((tmp_path / "owner.pid").read_text()), number)
    try:
        assert process.wait(90) == 1
    finally:
        process.kill()


def test_a_port_in_use_ends_it(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = command(tmp_path, taken.getsockname()[1])
    assert refused.returncode != 0
    assert "in use" in refused.stderr


def _more_than(acknowledged: list[set[int]], blocks: int) -> bool:
    return sum(map(len, acknowledged)) > blocks


def test_acknowledged_rows_survive_kill_9(tmp_path: Path) -> None:
    """Two writers insert blocks of rows while the gateway is killed again and again."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = start(tmp_path, port)
    for statement in [
        "CREATE TABLE landing (writer UInt8, block UInt64, body String) ENGINE = Null",
        "CREATE TABLE rows (writer UInt8, block UInt64, body String)"
        " ENGINE = MergeTree ORDER BY (writer, block)",
        "CREATE MATERIALIZED VIEW into_rows TO rows AS SELECT * FROM landing",
    ]:
        post(url, content=statement).raise_for_status()
    stop = threading.Event()
    acknowledged: list[set[int]] = [set(), set()]

    def write(writer: int) -> None:
        block = 0
        while not stop.is_set():
            block += 1
            data = f"{writer},{block},{'x' * 500}\n" * ROWS
            try:
                answer = httpx.post(
                    url, params={"query": "INSERT INTO landing FORMAT CSV"}, content=data
                )
            except httpx.HTTPError:
                wait_until(lambda: stop.is_set() or answers(url), START_SECONDS)
                continue
            if answer.status_code == 200:
                acknowledged[writer].add(block)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(2)]
    for thread in writers:
        thread.start()
    try:
        for kill_parent in (True, False, True):
            before = sum(map(len, acknowledged))
            wait_until(partial(_more_than, acknowledged, before + 40), 120)
            owner = int((tmp_path / "owner.pid").read_text())
            os.kill(process.pid if kill_parent else owner, signal.SIGKILL)
            process.wait(90)
            # Whichever of the two was killed, the other ends a little later.
            with FileLock(tmp_path / "owner.lock", timeout=START_SECONDS):
                pass
            process = start(tmp_path, port)
    finally:
        stop.set()
        for thread in writers:
            thread.join()
    sql = "SELECT writer, block, count() FROM rows GROUP BY 1, 2 FORMAT CSV"
    stored = {
        (int(writer), int(block)): int(count)
        for writer, block, count in (
            line.split(",") for line in post(url, content=sql).text.splitlines()
        )
    }
    process.terminate()
    assert process.wait(90) == 0
    for writer, blocks in enumerate(acknowledged):
        assert {stored.get((writer, block)) for block in blocks} == {ROWS}
