"""Start of a whole stack, stage by stage, and its end."""

import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xmlrpc.client import Fault

from filelock import FileLock, Timeout

from local_stack import ports, ready, steps
from local_stack.cache import directory_with_room
from local_stack.errors import SetupError
from local_stack.programs import Program, Stage
from local_stack.settings import Settings
from local_stack.supervise import DYING, Supervisor

READY_SECONDS = 120.0


class Stack:
    """The processes of one home directory."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.supervisor = Supervisor(settings)

    def up(self, make_stages: Callable[[Settings], Sequence[Stage]]) -> Sequence[Stage]:
        """Start every stage and wait until it is ready; the stages.

        Raises SetupError with what went wrong; then nothing of it is left running.
        """
        directory_with_room(self.settings.home)
        for directory in (self.settings.logs, self.settings.run, self.settings.home / "ledger"):
            directory.mkdir(exist_ok=True)
        try:
            with FileLock(self.settings.run / "start.lock", timeout=0):
                return self._up(make_stages)
        except Timeout:
            raise SetupError(f"another start of {self.settings.home} is under way") from None

    def _up(self, make_stages: Callable[[Settings], Sequence[Stage]]) -> Sequence[Stage]:
        if (pid := self.supervisor.pid()) is not None:
            raise SetupError(
                f"{self.settings.home} is already running (supervisord, process {pid}): "
                "scripts/down.sh stops it; for a second stack set AGENT_TELEMETRY_HOME and ports"
            )
        if orphans := self.supervisor.orphans():
            pids = ", ".join(str(process.pid) for process in orphans)
            raise SetupError(
                f"an earlier start of {self.settings.home} left processes {pids} behind: "
                "scripts/down.sh stops them"
            )
        self._check_brought()
        stages = make_stages(self.settings)
        ports.check(
            (program.name, setting, port)
            for stage in stages
            for program in stage.programs
            for setting, port in program.ports.items()
        )
        try:
            self.supervisor.launch(stages)
            for stage in stages:
                self._run_before(stage)
                self._start(stage)
        except BaseException:
            self.supervisor.shutdown()
            raise
        return stages

    def down(self) -> bool:
        """Stop everything, the last stage first; false if nothing ran."""
        return self.supervisor.shutdown()

    def watch(self) -> None:
        """Say what crashes and comes back; return when supervisord has ended."""
        known: dict[str, int] = {}
        while self.supervisor.pid() is not None:
            try:
                running = self.supervisor.processes()
            except (OSError, Fault):  # it is gone, or stops its programs
                return
            for name, info in running.items():
                pid = info["pid"]
                if pid and known.setdefault(name, pid) != pid:
                    known[name] = pid
                    print(f"  {name}: ended and was started again, see {info['logfile']}")
            time.sleep(1)

    def _check_brought(self) -> None:
        brought = self.settings
        servers, url = brought.kafka_bootstrap_servers, brought.clickhouse_url
        if servers and not ready.kafka_lists_topics(servers):
            raise SetupError(f"no Kafka answers at KAFKA_BOOTSTRAP_SERVERS={servers}")
        if url and not ready.clickhouse_selects(url):
            address = url.rpartition("@")[2]
            raise SetupError(f"no ClickHouse answers SELECT 1 at CLICKHOUSE_URL ({address})")

    def _run_before(self, stage: Stage) -> None:
        env = self.settings.environment()
        with ThreadPoolExecutor() as pool:
            for step in [
                pool.submit(steps.run, name, command, self.settings.logs / f"{name}.log", env=env)
                for name, command in stage.before
            ]:
                step.result()

    def _start(self, stage: Stage) -> None:
        if not stage.programs:
            return
        names = ", ".join(program.name for program in stage.programs)
        print(f"  starting {names}", file=sys.stderr)
        self.supervisor.start_stage(stage.name)
        began = time.monotonic()
        waiting = {program.name: program for program in stage.programs}
        pids: dict[str, int] = {}
        while waiting:
            for name, info in self.supervisor.processes().items():
                if name in waiting:
                    self._check_alive(waiting[name], info["state"], info["pid"], pids)
            for program in list(waiting.values()):
                if program.ready():
                    seconds = time.monotonic() - began
                    print(f"  {program.name}: ready after {seconds:.1f} s", file=sys.stderr)
                    del waiting[program.name]
            if waiting and time.monotonic() - began > READY_SECONDS:
                program = next(iter(waiting.values()))
                raise SetupError(
                    f"{program.name} was not ready after {READY_SECONDS:.0f} s:\n"
                    + steps.tail(self._log(program))
                )
            time.sleep(0.1)

    def _check_alive(self, program: Program, state: int, pid: int, pids: dict[str, int]) -> None:
        if state in DYING or (pid and pids.setdefault(program.name, pid) != pid):
            log = steps.tail(self._log(program))
            raise SetupError(f"{program.name} died at its start:\n{log}")

    def _log(self, program: Program) -> Path:
        return self.settings.logs / f"{program.name}.log"
