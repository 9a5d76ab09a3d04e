"""Where the service may listen: without keys only where no other machine reaches it."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any

from query_service.errors import AgentTelemetryError


class OpenToOthers(AgentTelemetryError):
    """Somebody else could reach a service that asks for no key."""


def is_loopback(host: str) -> bool:
    """Whether an address, or the name localhost, is of this machine alone."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def check(addresses: Iterable[Any]) -> None:
    """Raises OpenToOthers for an address of a socket, (host, port, …), that is not on loopback.

    A Unix socket (a text) has the rights of its file.
    """
    for address in addresses:
        if isinstance(address, tuple) and not is_loopback(address[0]):
            raise OpenToOthers(
                f"{address[0]}:{address[1]} can be reached by other machines, and there are no "
                "keys. Make one with `agent-telemetry keys create --role viewer --name NAME` and "
                "put its line into the file that QUERY_KEYS_FILE names; or bind to 127.0.0.1"
            )
