"""Turns every failure into application/problem+json; nothing of the inside goes out."""

import logging
from http import HTTPStatus

from clickhouse_connect.driver.exceptions import Error as ClickHouseError
from flask import Response, current_app, request
from flask_openapi3.openapi import OpenAPI
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from query_service.errors import AgentTelemetryError, AnswerTooLarge, InvalidParameter, Unavailable
from query_service.models.problem import ParameterError, parameter_errors, problem
from query_service.telemetry.tracing import route

log = logging.getLogger(__name__)

_NO_SCHEMA = {60, 81}  # ClickHouse's codes: unknown table, unknown database
_TOO_LARGE = {396}  # result of a statement
_BUSY = {159, 202, 241, 439}  # time, queries, memory, threads exhausted


TOO_LARGE = "The answer would be too large: ask for less, by limit, since and until, or one by one"


def _answer(
    status: int, title: str, detail: str, errors: list[ParameterError] | None = None
) -> Response:
    body = problem(status, title, detail, request.path, errors)
    return current_app.response_class(
        current_app.json.dumps(body), status, mimetype="application/problem+json"
    )


def invalid(error: ValidationError) -> Response:
    """422 for parameters that pydantic refused."""
    errors = parameter_errors(error)
    detail = "; ".join(f"{found['parameter']}: {found['detail']}" for found in errors)
    return _answer(InvalidParameter.status, InvalidParameter.title, detail, errors)


def _ours(error: AgentTelemetryError) -> Response:
    errors: list[ParameterError] | None = None
    if isinstance(error, InvalidParameter):
        detail = str(error).removeprefix(f"{error.parameter}: ")
        errors = [{"parameter": error.parameter, "detail": detail}]
    answer = _answer(error.status, error.title, str(error), errors)
    answer.headers.update(error.headers)
    return answer


def _clickhouse(error: ClickHouseError) -> Response:
    """503 when trying again, or migrating, will help, 422 when asking for less will."""
    if error.code in _NO_SCHEMA:
        return _ours(Unavailable("The tables are missing: run agent-telemetry migrate", 10))
    if error.code in _TOO_LARGE:
        return _ours(AnswerTooLarge(TOO_LARGE))
    if error.code in _BUSY:
        log.warning("%s %s: ClickHouse gave up: %s", request.method, route(), error.code)
        return _ours(Unavailable("ClickHouse has too much to do for this now"))
    return _unexpected(error)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    answer = _answer(status, HTTPStatus(status).phrase, HTTPStatus(status).phrase)
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            answer.headers[name] = value
    return answer


def _too_deep(_: RecursionError) -> Response:
    """422: nothing of ours goes deep but somebody's JSON."""
    return _ours(InvalidParameter("body", "is nested too deep"))


def _unexpected(error: Exception) -> Response:
    log.error("%s %s failed", request.method, route(), exc_info=error)
    return _answer(500, AgentTelemetryError.title, "Internal error; the service's log has more")


def register(app: OpenAPI) -> None:
    """Handle every kind of error of the application."""
    app.register_error_handler(AgentTelemetryError, _ours)
    app.register_error_handler(ClickHouseError, _clickhouse)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(RecursionError, _too_deep)
    app.register_error_handler(Exception, _unexpected)
