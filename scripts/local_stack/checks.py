"""What must be so before anything starts."""

import shutil
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from local_stack.errors import SetupError
from local_stack.programs import Stage

LEAST_FREE = 2**30


def disk(directory: Path) -> None:
    """Raises SetupError when less than 1 GiB is free where the data go."""
    free = shutil.disk_usage(directory).free
    if free < LEAST_FREE:
        raise SetupError(
            f"the disk of {directory} is full: {free / 2**20:.0f} MiB are free, 1024 are needed"
        )


def ports(stages: Sequence[Stage]) -> None:
    """Raises SetupError when a port is wanted twice or something listens on it."""
    wanted: dict[int, str] = {}
    for stage in stages:
        for program in stage.programs:
            _check(program.name, program.ports, wanted)


def _check(name: str, its_ports: Mapping[str, int], wanted: dict[int, str]) -> None:
    for setting, port in its_ports.items():
        if port in wanted:
            raise SetupError(f"port {port} is wanted by {wanted[port]} and by {name} ({setting})")
        wanted[port] = f"{name} ({setting})"
        if not is_free(port):
            raise SetupError(
                f"port {port} for {name} is in use{_holder(port)}: "
                f"stop that, or set {setting.split()[0]}"
            )


def is_free(port: int) -> bool:
    """Whether a server can listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,):
                return f" by {psutil.Process(connection.pid).name()}, process {connection.pid}"
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        pass
    return ""
