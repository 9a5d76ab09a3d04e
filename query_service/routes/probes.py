"""Direct probes of the parts, side by side and each with a short timeout."""

import socket
import ssl
import struct
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from agent_sdk.kafka_login import kafka_login
from query_service.settings import Settings

TIMEOUT = 2.0  # s
_CORRELATION = 0x41545350
# ApiVersions, version 0, without a client id: every broker answers it, also before a login.
_API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, _CORRELATION, -1)


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: reading the authorities takes longer than all probes."""
    return httpx.create_ssl_context()


@cache
def _authorities(file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=file)


def _get(url: str, **parameters: str) -> None:
    with httpx.Client(timeout=TIMEOUT, trust_env=False, verify=_certificates()) as client:
        client.get(url, params=parameters).raise_for_status()


def _clickhouse(settings: Settings) -> None:
    _get(settings.clickhouse_url, query="SELECT 1")


def _kafka(settings: Settings) -> None:
    """Whether one bootstrap server answers as Kafka; no client, so no threads stay behind.

    An accepted connection says nothing: the kernel accepts for a broker that hangs.
    """
    servers = settings.kafka_bootstrap_servers.split(",")
    failure = OSError("no bootstrap server is named")
    for server in servers:
        address = urlsplit(f"//{server.strip()}")
        try:
            with _connected(
                address.hostname or "", address.port or 9092, TIMEOUT / len(servers)
            ) as connection:
                connection.sendall(_API_VERSIONS)
                with connection.makefile("rb") as answers:
                    answer = answers.read(8)
            if answer[4:] == struct.pack(">i", _CORRELATION):
                return
            failure = ConnectionError("something else than Kafka answers")
        except OSError as error:
            failure = error
    raise failure


def _connected(host: str, port: int, timeout: float) -> socket.socket:
    """A connection to a broker, encrypted where the clients' are."""
    connection = socket.create_connection((host, port), timeout)
    login = kafka_login()
    if not login.is_encrypted:
        return connection
    try:
        trusted = _certificates()
        if login.kafka_ssl_cafile:
            trusted = _authorities(login.kafka_ssl_cafile)
        return trusted.wrap_socket(connection, server_hostname=host)
    except BaseException:
        connection.close()
        raise


def _collector(settings: Settings) -> None:
    host = urlsplit(settings.otel_exporter_otlp_endpoint).hostname
    _get(f"http://{host}:{settings.collector_health_port}/")


_PROBES: dict[str, Callable[[Settings], None]] = {
    "clickhouse": _clickhouse,
    "kafka": _kafka,
    "collector": _collector,
}


def _outcome(probe: Callable[[Settings], None], settings: Settings) -> dict[str, Any]:
    started = time.monotonic()
    try:
        probe(settings)
    except (httpx.HTTPError, OSError) as error:
        return {"status": "down", "detail": type(error).__name__}
    return {"status": "up", "latency_ms": round((time.monotonic() - started) * 1000, 1)}


def probe_all(settings: Settings) -> dict[str, dict[str, Any]]:
    """Each part with `status` up or down, and how long its answer took."""
    with ThreadPoolExecutor(len(_PROBES)) as pool:
        running = {name: pool.submit(_outcome, probe, settings) for name, probe in _PROBES.items()}
        return {name: future.result() for name, future in running.items()}
