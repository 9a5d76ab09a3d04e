"""Ports: are they free, and if not, who listens?"""

import socket
from collections.abc import Iterable

import psutil

from local_stack.errors import SetupError


def check(wanted: Iterable[tuple[str, str, int]]) -> None:
    """Take (program, name of the setting, port).

    Raises SetupError when a port is wanted twice or something listens on it.
    """
    taken: dict[int, str] = {}
    for program, setting, port in wanted:
        if port in taken:
            raise SetupError(f"port {port} is wanted by {taken[port]} and by {program} ({setting})")
        taken[port] = f"{program} ({setting})"
        if not is_free(port):
            raise SetupError(
                f"port {port} for {program} is in use{_holder(port)}: "
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


def two_free_ports() -> int:
    """A port that is free, and its successor too: Kafka takes both."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if is_free(port) and is_free(port + 1):
            return port


def _holder(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:] == (port,):
                return f" by {psutil.Process(connection.pid).name()}, process {connection.pid}"
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        pass
    return ""
