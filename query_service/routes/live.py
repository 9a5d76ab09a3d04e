"""Live streams: `/ws/debug/{client_id}` and `/api/v1/events/stream`."""

from functools import partial
from threading import Thread
from typing import Any

from flask import Blueprint, Response, current_app, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from flask_sock import Sock
from simple_websocket import Server

from query_service.access.guard import SUBPROTOCOL
from query_service.errors import Unavailable, UpgradeRequired
from query_service.live.cursor import LiveCursor
from query_service.live.events import EventStream
from query_service.live.hub import Hub
from query_service.live.socket import LiveSocket, WholeSocket, bound
from query_service.live.subscription import Subscription
from query_service.models.parameters.events import ClientPath, LiveQuery
from query_service.schemas.live import LiveMessage

blueprint = APIBlueprint("live", __name__, abp_tags=[Tag(name="Live")])
sockets = Blueprint("live_sockets", __name__)
SOCKET_OPTIONS = {
    "subprotocols": [SUBPROTOCOL],
    "ping_interval": 25,
    "max_message_size": 64 * 1024,
    "thread_class": partial(Thread, daemon=True),
}
_EVENTS: dict[str, Any] = {
    "description": "Events without end",
    "content": {"text/event-stream": {"schema": {"$ref": "#/components/schemas/LiveMessage"}}},
}


def hub() -> Hub:
    """The live clients of the running application."""
    found: Hub = current_app.extensions["agent_telemetry_live"]
    return found


@blueprint.get("/api/v1/events/stream", summary="Live stream (SSE)", responses={200: _EVENTS})
def stream(query: LiveQuery) -> Response:
    """What becomes visible, as server-sent events: what the WebSocket sends, by the same filters.

    Events have no name (`onmessage` gets them); the others have one: `agent_queue_message`,
    `span`, `error_recorded`, `handoff`, `trace_record`, `dead_letter`, and `gap` where a client
    was too slow. `Last-Event-ID`, or `cursor`, begins after what the client knows.
    """
    text = request.headers.get("Last-Event-ID") or query.cursor
    subscription = Subscription(
        trace_ids=tuple(query.trace_id),
        agent_names=tuple(query.agent_name),
        event_types=tuple(query.event_type),
        kinds=tuple(query.kind),
        severities=tuple(query.severity),
        text=query.text,
    )
    body = EventStream(hub(), subscription, LiveCursor.decode(text) if text else None)
    if sock := request.environ.get("gunicorn.socket"):
        bound(sock)
    response = Response(body, mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"  # nginx passes each event on at once
    return response


@blueprint.get(
    "/ws/debug/<client_id>",
    summary="Live stream (WebSocket)",
    responses={101: LiveMessage, 426: None},
)
def no_socket(path: ClientPath) -> None:
    """What becomes visible, as messages of a WebSocket: see `docs/api.md`, "Live".

    A request that is no handshake of a WebSocket is 426.
    """
    raise UpgradeRequired(f"/ws/debug/{path.client_id} is a WebSocket: connect to it as one")


@sockets.before_request
def _enter() -> None:
    """Before the handshake: 426 when it is none, 503 when there are too many."""
    headers = request.headers
    if headers.get("Sec-WebSocket-Version") != "13" or not headers.get("Sec-WebSocket-Key"):
        raise UpgradeRequired("This is no handshake of a WebSocket of version 13 (RFC 6455)")
    sock = request.environ.get("gunicorn.socket")
    if sock is None:
        raise Unavailable("This server has no WebSockets: run the service by gunicorn")
    hub().open()
    request.environ["gunicorn.socket"] = WholeSocket(sock)


@sockets.teardown_request
def _leave(_: BaseException | None) -> None:
    if isinstance(request.environ.get("gunicorn.socket"), WholeSocket):
        hub().close()


def _serve(ws: Server, client_id: str) -> None:
    """Two connections with one id are two clients."""
    LiveSocket(ws, hub()).serve(request.args.get("cursor"))


Sock().route("/ws/debug/<client_id>", bp=sockets)(_serve)
