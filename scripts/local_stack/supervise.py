"""supervisord: keeps the programs of one stack running, restarts what crashes, stops in order."""

import hashlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import xmlrpc.client
from collections.abc import Mapping, Sequence
from configparser import RawConfigParser
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from supervisor.states import ProcessStates
from supervisor.xmlrpc import SupervisorTransport

from local_stack.cache import ROOT
from local_stack.errors import SetupError
from local_stack.programs import Stage
from local_stack.settings import Settings
from local_stack.steps import tail

MARK = "AGENT_TELEMETRY_SUPERVISED"
PID_FILE = "supervisord.pid"
SOCKET_PATH_MAX = 100  # the system's limit is 104 or 108 bytes
START_SECONDS = 60.0
STOP_SECONDS = 120.0
DYING = {ProcessStates.BACKOFF, ProcessStates.EXITED, ProcessStates.FATAL, ProcessStates.UNKNOWN}


def socket_path(run: Path) -> Path:
    """Where supervisord listens: in `run`, or in the temporary directory if that is too long."""
    path = run / "supervisor.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_MAX:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"agent-telemetry-{digest}.sock"


def _escaped(value: object) -> str:
    return str(value).replace("%", "%%")


def _quoted(environment: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in environment.items())


def configuration(settings: Settings, stages: Sequence[Stage]) -> RawConfigParser:
    """supervisord's configuration: a group for each stage; a later stage stops earlier."""
    parser = RawConfigParser()
    parser["unix_http_server"] = {"file": _escaped(socket_path(settings.run)), "chmod": "0700"}
    parser["supervisord"] = {
        "logfile": _escaped(settings.logs / "supervisord.log"),
        "logfile_maxbytes": "1MB",
        "logfile_backups": "1",
        "pidfile": _escaped(settings.run / PID_FILE),
        "nodaemon": "true",
        "silent": "true",
    }
    parser["rpcinterface:supervisor"] = {
        "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
    }
    for priority, stage in enumerate(stages):
        if not stage.programs:
            continue
        names = [program.name for program in stage.programs]
        parser[f"group:{stage.name}"] = {"programs": ",".join(names), "priority": str(priority)}
        for program in stage.programs:
            parser[f"program:{program.name}"] = {
                "command": _escaped(shlex.join(program.command)),
                "directory": _escaped(ROOT),
                "environment": _quoted({MARK: str(settings.home), **program.environment}),
                "autostart": "false",
                "autorestart": "true",
                "startsecs": "5",
                "startretries": "1000",
                "stopwaitsecs": str(program.stop_seconds),
                "stopasgroup": "true",
                "killasgroup": "true",
                "redirect_stderr": "true",
                "stdout_logfile": _escaped(settings.logs / f"{program.name}.log"),
                "stdout_logfile_maxbytes": "10MB",
                "stdout_logfile_backups": "2",
            }
    return parser


class Supervisor:
    """The supervisord of one home directory, whether it runs or not."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._socket = socket_path(settings.run)
        self._process: subprocess.Popen[bytes] | None = None

    def _call(self, method: str, *arguments: object) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self._socket}")
        try:
            proxy = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)
            return getattr(proxy.supervisor, method)(*arguments)
        finally:
            transport.close()

    def pid(self) -> int | None:
        """The process id of the supervisord that answers; None if none does."""
        try:
            with suppress(xmlrpc.client.Fault):  # its answer while it stops its programs
                self._call("getPID")
            return int((self.settings.run / PID_FILE).read_text())
        except OSError:
            return None

    def launch(self, stages: Sequence[Stage]) -> None:
        """Start supervisord, with no program running yet. Raises SetupError when it does not."""
        file = self.settings.run / "supervisord.conf"
        with file.open("w") as out:
            configuration(self.settings, stages).write(out)
        out_path = self.settings.logs / "supervisord.out"
        with out_path.open("wb") as out_file:
            process = self._process = subprocess.Popen(
                [sys.executable, "-m", "supervisor.supervisord", "-c", file],
                stdin=subprocess.DEVNULL,
                stdout=out_file,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.settings.environment()},
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while self.pid() is None:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                process.wait()
                raise SetupError(f"supervisord did not start:\n{tail(out_path)}")
            time.sleep(0.02)

    def start_stage(self, stage: str) -> None:
        """Start all programs of a stage, without waiting for them."""
        self._call("startProcessGroup", stage, False)

    def processes(self) -> dict[str, dict[str, Any]]:
        """supervisord's word on each program, by name."""
        return {info["name"]: info for info in self._call("getAllProcessInfo")}

    def start(self, name: str) -> None:
        """Start one program again that was stopped."""
        self._call("startProcess", self._full(name), False)

    def stop(self, name: str) -> None:
        """Stop one program and keep it stopped."""
        self._call("stopProcess", self._full(name))

    def kill(self, name: str) -> None:
        """kill -9 a program's process: supervisord starts it anew."""
        pid = self.processes()[name]["pid"]
        if not pid:  # kill(0) would be our own process group
            raise ProcessLookupError(f"{name} is not running")
        os.kill(pid, signal.SIGKILL)

    def _full(self, name: str) -> str:
        return f"{self.processes()[name]['group']}:{name}"

    def shutdown(self) -> bool:
        """Stop every program, the last stage first, then supervisord; false if none ran."""
        pid = self.pid()
        if pid is not None:
            try:
                process = psutil.Process(pid)
                with suppress(OSError, xmlrpc.client.Fault):  # it stops, or has stopped, already
                    self._call("shutdown")
                process.wait(STOP_SECONDS)
            except psutil.NoSuchProcess:
                pass
        if self._process:
            self._process.wait(STOP_SECONDS)
        return self._end_orphans() or pid is not None

    def _end_orphans(self) -> bool:
        orphans = self.orphans()
        for process in orphans:
            process.terminate()
        _, alive = psutil.wait_procs(orphans, timeout=15)
        for process in alive:
            process.kill()
        psutil.wait_procs(alive, timeout=5)
        return bool(orphans)

    def orphans(self) -> list[psutil.Process]:
        """Programs of this home whose supervisord is gone (it was killed)."""
        found = []
        for process in psutil.process_iter():
            try:
                if process.environ().get(MARK) == str(self.settings.home):
                    found.append(process)
            except (psutil.AccessDenied, psutil.NoSuchProcess, psutil.ZombieProcess):
                continue
        return found
