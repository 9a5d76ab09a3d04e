"""Without keys the service listens where only this machine reaches it."""

import pytest

from query_service.access.binding import OpenToOthers, check


@pytest.mark.parametrize(
    "address",
    [
        ("127.0.0.1", 80),
        ("127.8.0.1", 80),
        ("::1", 80, 0, 0),
        ("::ffff:127.0.0.1", 80, 0, 0),
        ("localhost", 80),
        "/run/query.sock",
        b"\0abstract",
    ],
)
def test_this_machine_alone(address: object) -> None:
    check([address])


@pytest.mark.parametrize(
    "address",
    [
        ("0.0.0.0", 80),
        ("", 80),
        ("10.0.0.1", 80),
        ("::", 80, 0, 0),
        ("fe80::1%eth0", 80, 0, 2),
        ("::ffff:10.0.0.1", 80, 0, 0),
        ("localhost.example.org", 80),
    ],
)
def test_others_too(address: object) -> None:
    with pytest.raises(OpenToOthers, match="QUERY_KEYS_FILE"):
        check([("127.0.0.1", 80), address])
