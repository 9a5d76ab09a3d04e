"""Who did what: a line for each request that needs an operator, in the log and in the pipeline."""

import logging
from time import time_ns
from uuid import uuid4

from flask import Flask, Response, g, request
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.semconv.attributes.http_attributes import (
    HTTP_REQUEST_METHOD,
    HTTP_RESPONSE_STATUS_CODE,
    HTTP_ROUTE,
)
from opentelemetry.util.types import AttributeValue

from query_service.access.roles import Role
from query_service.telemetry import exporting
from query_service.telemetry.tracing import route

log = logging.getLogger(__name__)

EVENT = "agent_telemetry.audit"
_EVENT_ID = "agent_telemetry.event.id"
_MOST_CHARACTERS = 200
_OUTCOMES = {1: "ok", 2: "ok", 3: "ok", 4: "refused", 5: "failed"}


def register(app: Flask) -> None:
    """Write a line for each such request of the application, whatever becomes of it."""
    app.after_request(_write)


def _write(response: Response) -> Response:
    if g.get("needed_role") is not Role.OPERATOR:
        return response
    parameters: dict[str, AttributeValue] = {
        name: str(value)[:_MOST_CHARACTERS]
        for name, value in {**(request.view_args or {}), **g.get("audited", {})}.items()
    }
    who = g.caller
    outcome = _OUTCOMES[response.status_code // 100]
    log.info(
        "audit",
        extra={
            "who": who.name,
            "role": who.role,
            "method": request.method,
            "route": route(),
            "parameters": parameters,
            "status": response.status_code,
            "outcome": outcome,
        },
    )
    attributes: dict[str, AttributeValue] = {
        _EVENT_ID: uuid4().hex,
        f"{EVENT}.who": who.name,
        f"{EVENT}.role": who.role.value,
        f"{EVENT}.outcome": outcome,
        HTTP_REQUEST_METHOD: request.method,
        HTTP_ROUTE: route(),
        HTTP_RESPONSE_STATUS_CODE: response.status_code,
    }
    attributes |= {f"{EVENT}.parameter.{name}": value for name, value in parameters.items()}
    exporting.of_app().logger.emit(
        LogRecord(
            timestamp=time_ns(),
            severity_number=SeverityNumber.INFO,
            severity_text=SeverityNumber.INFO.name,
            body=f"{who.name} {request.method} {route()} {outcome}",
            attributes=attributes,
            event_name=EVENT,
        )
    )
    return response
