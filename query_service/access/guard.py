"""The one place where a request is let in: before its route runs, or a WebSocket is opened."""

from urllib.parse import urlsplit

from flask import Flask, g, request

from query_service.access.binding import is_loopback
from query_service.access.keys import Keys
from query_service.access.limits import Limits
from query_service.access.roles import Caller, Role, needed
from query_service.errors import Forbidden, TooLarge, Unauthorized
from query_service.settings import Settings

# Who asks where no keys are needed.
ANONYMOUS = Caller("anonymous", Role.OPERATOR)
STRANGER = Caller("unknown", Role.VIEWER)
SUBPROTOCOL = "agent-telemetry"  # the one that a WebSocket is opened with
_SUBPROTOCOL_KEY = "bearer."
_HOW = "send it as `Authorization: Bearer KEY` or `X-API-Key: KEY`"
_SAFE = ("GET", "HEAD", "OPTIONS")


class Guard:
    """Decides on each request of an application."""

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self._keys = keys
        self._origins = settings.cors_origins
        self._most_bytes = settings.query_max_body_bytes
        self._limits = Limits(settings, default=bool(keys))

    def check(self, app: Flask) -> None:
        """Set `g.caller` and `g.needed_role`.

        Raises Unauthorized, Forbidden, TooManyRequests or TooLarge.
        """
        presented = _presented()
        caller = self._keys.caller(presented) if presented else None
        self._limits.count(f"key {caller.name}" if caller else f"address {request.remote_addr}")
        g.caller = caller or (STRANGER if self._keys else ANONYMOUS)
        endpoint = None if request.routing_exception else request.endpoint
        role = g.needed_role = needed(app, endpoint, request.method)
        if role is not None:
            self._check_role(role, caller, bool(presented))
        if (request.content_length or 0) > self._most_bytes:
            raise TooLarge(f"A body may have {self._most_bytes} bytes (QUERY_MAX_BODY_BYTES)")

    def _check_role(self, role: Role, caller: Caller | None, presented: bool) -> None:
        if self._keys and caller is None:
            what = "The key is not known" if presented else "A key is needed"
            raise Unauthorized(f"{what}: {_HOW}")
        if not self._keys:
            _check_is_local()
            caller = ANONYMOUS
        if (is_websocket() or request.method not in _SAFE) and not self._is_welcome():
            raise Forbidden(
                "The page is of another origin; QUERY_CORS_ORIGINS names those that may"
            )
        if caller is None or not caller.role.allows(role):
            raise Forbidden(f"This needs the role {role}")

    def _is_welcome(self) -> bool:
        """Whether no browser sends this, or on behalf of our own page or one that was named.

        Browsers ask nobody before they open a WebSocket or post a form.
        """
        origin = request.headers.get("Origin")
        return not origin or origin in self._origins or _netloc(origin) == request.host


def register(app: Flask, settings: Settings, keys: Keys) -> None:
    """Check every request of the application."""
    app.config["MAX_CONTENT_LENGTH"] = settings.query_max_body_bytes  # of those without a length
    guard = Guard(settings, keys)
    app.before_request(lambda: guard.check(app))


def is_websocket() -> bool:
    """Whether the request is the handshake of a WebSocket."""
    return request.headers.get("Upgrade", "").lower() == "websocket"


def _presented() -> str:
    """The key that came with the request, if any."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return key.strip()
    if key := request.headers.get("X-API-Key", ""):
        return key
    if is_websocket():  # the only header that a page can set there
        for protocol in request.headers.get("Sec-WebSocket-Protocol", "").split(","):
            if protocol.strip().startswith(_SUBPROTOCOL_KEY):
                return protocol.strip().removeprefix(_SUBPROTOCOL_KEY)
    return ""


def _check_is_local() -> None:
    """Raises Forbidden for who is not of this machine, and for pages that only pretend to be.

    A page can let the name of its own site point to 127.0.0.1: then the browser takes our answers
    for that site's, but still sends the name. Unix sockets have no address.
    """
    address = request.remote_addr
    if address and not is_loopback(address):
        raise Forbidden("Without keys only this machine is answered (QUERY_KEYS_FILE)")
    if address and not is_loopback(_hostname(request.host)):
        raise Forbidden("Without keys only localhost is answered, by this name (QUERY_KEYS_FILE)")


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
