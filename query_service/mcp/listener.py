"""The streamable HTTP transport: a listener of its own beside gunicorn, with the same keys."""

import json
from typing import Any

import uvicorn
from mcp.server.transport_security import TransportSecuritySettings
from starlette.types import ASGIApp, Receive, Scope, Send

from query_service.access import keys
from query_service.access.binding import OpenToOthers, is_loopback
from query_service.access.keys import Keys
from query_service.app import create_app
from query_service.mcp.server import server
from query_service.mcp.service import in_process
from query_service.models.problem import problem
from query_service.settings import Settings

PATH = "/mcp"


def application(settings: Settings, app: Any = None) -> ASGIApp:
    """The ASGI application; `app` is the REST service that its tools ask, made when not given."""
    known = keys.read(settings)
    client = in_process(app or create_app(settings))
    # Without keys only pages and clients of this machine are answered, by this name; with keys the
    # key decides, whatever the name.
    names = [f"{name}:*" for name in ("localhost", "127.0.0.1", "[::1]")]
    security = TransportSecuritySettings(
        enable_dns_rebinding_protection=not known,
        allowed_hosts=names,
        allowed_origins=[f"http://{name}" for name in names],
    )
    inner = server(client).streamable_http_app(
        streamable_http_path=PATH,
        stateless_http=True,
        json_response=True,
        transport_security=security,
    )
    return _Guarded(inner, known) if known else inner


def run(settings: Settings, host: str, port: int) -> None:
    """Listen until the process is ended. Raises OpenToOthers without keys beyond this machine."""
    if not is_loopback(host) and not keys.read(settings):
        raise OpenToOthers(
            f"{host} can be reached by others, and no key is needed: set QUERY_KEYS_FILE "
            "(agent-telemetry keys create makes one), or listen on 127.0.0.1"
        )
    uvicorn.run(application(settings), host=host, port=port, log_level="warning", lifespan="on")


class _Guarded:
    """Lets in who has a key."""

    def __init__(self, inner: ASGIApp, known: Keys) -> None:
        self._inner = inner
        self._keys = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._keys.caller(_presented(scope)):
            await self._inner(scope, receive, send)
            return
        how = "A key is needed: send it as `Authorization: Bearer KEY`"
        body = json.dumps(problem(401, "Unauthorized", how, scope["path"])).encode()
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(body)).encode()),
            (b"www-authenticate", b'Bearer realm="agent-telemetry"'),
        ]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def _presented(scope: Scope) -> str:
    headers: dict[str, str] = {
        name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
    }
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
