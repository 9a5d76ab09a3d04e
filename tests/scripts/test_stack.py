"""Start and stop, with small programs in the place of the real parts."""

import shutil
import socket
import sys
import threading
from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from local_stack.errors import SetupError
from local_stack.programs import Program, Stage
from local_stack.settings import Settings
from local_stack.stack import Stack
from local_stack.supervise import MARK, socket_path

from tests.ports import free_port
from tests.stack import local_settings
from tests.waiting import wait_until

SLEEPER = "import time; open({file!r}, 'a').write('started\\n'); time.sleep(1000)"
Disk = namedtuple("Disk", "total used free")


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    started = Stack(local_settings(tmp_path / "home with space"))
    yield started
    started.down()


def _sleeper(directory: Path, name: str, ports: dict[str, int] | None = None) -> Program:
    file = directory / name
    code = SLEEPER.format(file=str(file))
    return Program(name, [sys.executable, "-c", code], file.exists, ports or {})


def _running(home: Path) -> list[int]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(home):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def _two_stages(directory: Path) -> Callable[[Settings], Sequence[Stage]]:
    return lambda settings: [
        Stage("one", [_sleeper(directory, "first"), _sleeper(directory, "second")]),
        Stage("two", [_sleeper(directory, "third")]),
    ]


def test_up_waits_and_down_stops_all(stack: Stack, tmp_path: Path) -> None:
    stack.up(_two_stages(tmp_path))
    assert all((tmp_path / name).exists() for name in ("first", "second", "third"))
    assert len(_running(stack.settings.home)) == 3
    assert stack.down()
    assert _running(stack.settings.home) == []
    assert stack.supervisor.pid() is None
    assert not stack.down()


def test_down_beside_another_down_and_a_watching_up(stack: Stack, tmp_path: Path) -> None:
    told = tmp_path / "told to stop"
    code = (
        "import signal, time, pathlib;"
        f"signal.signal(signal.SIGTERM, lambda *_: pathlib.Path({str(told)!r}).touch());"
        f"{SLEEPER.format(file=str(tmp_path / 'stubborn'))}"
    )
    ready = (tmp_path / "stubborn").exists
    stubborn = Program("stubborn", [sys.executable, "-c", code], ready, stop_seconds=3)
    stack.up(lambda _: [Stage("one", [stubborn])])
    beside = Stack(stack.settings)
    with ThreadPoolExecutor() as pool:
        watching, stopping = pool.submit(beside.watch), pool.submit(stack.down)
        wait_until(told.exists, 60)
        assert beside.down()
        assert stopping.result(120)
        watching.result(120)
    assert _running(stack.settings.home) == []


def test_a_second_start_is_refused(stack: Stack, tmp_path: Path) -> None:
    stack.up(_two_stages(tmp_path))
    with pytest.raises(SetupError, match=r"already running .*scripts/down\.sh"):
        Stack(stack.settings).up(_two_stages(tmp_path))
    assert len(_running(stack.settings.home)) == 3


def test_two_starts_at_once_are_refused(stack: Stack, tmp_path: Path) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def slow(_settings: Settings) -> Sequence[Stage]:
        reached.set()
        assert go_on.wait(90)
        return []

    first = threading.Thread(target=stack.up, args=(slow,))
    first.start()
    assert reached.wait(90)
    with pytest.raises(SetupError, match="another start"):
        Stack(stack.settings).up(_two_stages(tmp_path))
    go_on.set()
    first.join(60)


def test_a_crash_is_repaired(stack: Stack, tmp_path: Path) -> None:
    stack.up(_two_stages(tmp_path))
    stack.supervisor.kill("first")
    wait_until(lambda: (tmp_path / "first").read_text() == "started\n" * 2, 60)


def test_a_part_that_dies_is_named_and_nothing_is_left(stack: Stack, tmp_path: Path) -> None:
    dying = Program("dying", [sys.executable, "-c", "raise SystemExit('no 100% luck')"], bool)
    with pytest.raises(SetupError, match=r"(?s)dying died at its start:.*no 100% luck"):
        stack.up(lambda _: [Stage("one", [_sleeper(tmp_path, "first")]), Stage("two", [dying])])
    assert (tmp_path / "first").exists()
    assert _running(stack.settings.home) == []
    assert stack.supervisor.pid() is None


def test_a_step_that_fails_is_named_and_nothing_is_left(stack: Stack, tmp_path: Path) -> None:
    failing = ("migrations", [sys.executable, "-c", "raise SystemExit('no such table')"])
    stages = [Stage("one", [_sleeper(tmp_path, "first")]), Stage("two", [], [failing])]
    with pytest.raises(SetupError, match=r"(?s)migrations failed.*no such table"):
        stack.up(lambda _: stages)
    assert _running(stack.settings.home) == []


def test_a_port_in_use_is_named_and_nothing_starts(stack: Stack, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        program = _sleeper(tmp_path, "first", {"CLICKHOUSE_PORT": port})
        with pytest.raises(SetupError, match=f"port {port} for first is in use.*CLICKHOUSE_PORT"):
            stack.up(lambda _: [Stage("one", [program])])
    assert not (tmp_path / "first").exists()
    assert stack.supervisor.pid() is None


def test_a_port_wanted_twice(stack: Stack, tmp_path: Path) -> None:
    port = free_port()
    programs = [
        _sleeper(tmp_path, "first", {"KAFKA_PORT": port}),
        _sleeper(tmp_path, "second", {"QUERY_PORT": port}),
    ]
    with pytest.raises(SetupError, match="wanted by first .* and by second"):
        stack.up(lambda _: [Stage("one", programs)])


def test_a_full_disk(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(2**40, 2**40, 5 * 2**20))
    with pytest.raises(SetupError, match=r"full: 5 MiB are free, 1024 are needed"):
        stack.up(_two_stages(tmp_path))


def test_a_home_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match="file/home cannot be made: Not a directory"):
        Stack(local_settings(tmp_path / "file" / "home")).up(_two_stages(tmp_path))


def test_what_a_killed_supervisor_left_is_stopped(stack: Stack, tmp_path: Path) -> None:
    stack.up(_two_stages(tmp_path))
    supervisor = psutil.Process(stack.supervisor.pid())
    supervisor.kill()
    supervisor.wait(90)
    with pytest.raises(SetupError, match=r"left processes .* behind"):
        stack.up(_two_stages(tmp_path))
    assert stack.down()
    assert _running(stack.settings.home) == []


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"kafka_bootstrap_servers": "127.0.0.1:1"}, "no Kafka answers at .*127.0.0.1:1"),
        ({"clickhouse_url": "http://me:secret@127.0.0.1:1"}, r"no ClickHouse .*\(127.0.0.1:1\)"),
    ],
)
def test_a_part_you_bring_that_does_not_answer(
    tmp_path: Path, setting: dict[str, str], message: str
) -> None:
    stack = Stack(local_settings(tmp_path).model_copy(update=setting))
    with pytest.raises(SetupError, match=message) as refused:
        stack.up(_two_stages(tmp_path))
    assert "secret" not in str(refused.value)


def test_the_socket_fits_the_systems_limit(tmp_path: Path) -> None:
    assert socket_path(Path("/short")) == Path("/short/supervisor.sock")
    deep = tmp_path / ("d" * 100)
    assert len(str(socket_path(deep))) < 100
    assert socket_path(deep) != socket_path(tmp_path / ("e" * 100))
