"""The REST service as a Flask application."""

import json
from datetime import UTC, datetime
from typing import Any

from flask.json.provider import DefaultJSONProvider

from query_service.access import audit, browser, guard, keys
from query_service.db import Database
from query_service.live.hub import Hub
from query_service.models.values import finite
from query_service.openapi import Api
from query_service.reader import Reader
from query_service.routes import (
    agents,
    claude,
    debug,
    error_groups,
    errors,
    events,
    figures,
    findings,
    graph,
    handoffs,
    health,
    live,
    metrics,
    oracle,
    oracle_past,
    otlp,
    problems,
    queues,
    redrive,
    search,
    sql,
    trace_context,
    traces,
)
from query_service.routes.context import Clock, Context
from query_service.settings import Settings
from query_service.settings import settings as environment
from query_service.telemetry import tracing

VERSION = "1.0.0"  # of the REST API
# A ClickHouse that hangs must not hold every thread for long.
ANSWER_SECONDS = 20
ANSWER_LIMITS = {"max_result_bytes": 128 * 2**20}
"""A record may have 16 MiB, and a page many of them."""
GROUPS = (
    health,
    figures,
    queues,
    error_groups,
    errors,
    traces,
    metrics,
    handoffs,
    redrive,
    graph,
    events,
    agents,
    sql,
    search,
    trace_context,
    otlp,
    debug,
    live,
    oracle,
    oracle_past,
    claude,
    findings,
)


class _Json(DefaultJSONProvider):
    """JSON without NaN, keys in the order in which they were made."""

    def dumps(self, obj: Any, **options: Any) -> str:
        try:
            return json.dumps(obj, allow_nan=False, **options)
        except ValueError:
            return json.dumps(finite(obj), allow_nan=False, **options)


def _now() -> datetime:
    return datetime.now(UTC)


def create_app(
    settings: Settings | None = None, database: Database | None = None, clock: Clock = _now
) -> Api:
    """The application; without arguments it reads its settings from the environment.

    `clock` gives the time that "now" means, in UTC.
    """
    settings = settings or environment()
    app = Api(__name__, title="Agent Telemetry", version=VERSION)
    app.json = _Json(app)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    database = database or Database(settings, ANSWER_SECONDS, ANSWER_LIMITS)
    app.extensions["agent_telemetry"] = Context(settings, database, Reader(settings), clock)
    app.extensions["agent_telemetry_live"] = Hub(
        Database(settings, timeout=ANSWER_SECONDS), settings.query_live_streams
    )
    problems.register(app)
    tracing.register(app)
    guard.register(app, settings, keys.read(settings))
    audit.register(app)
    browser.register(app, settings)
    for group in GROUPS:
        app.register_api(group.blueprint)
    app.register_blueprint(live.sockets)
    app.config["SOCK_SERVER_OPTIONS"] = live.SOCKET_OPTIONS
    return app
