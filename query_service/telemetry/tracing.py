"""Traces and counts requests, in spans of the HTTP conventions.

A request begins a trace of its own: it never shows within the trace of an agent that asks. No span
has a value in it: routes instead of addresses, SQL with its placeholders, types of errors without
their texts.
"""

from time import perf_counter

from flask import Flask, Response, g, request
from opentelemetry import context, trace
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.semconv.attributes.http_attributes import (
    HTTP_REQUEST_METHOD,
    HTTP_RESPONSE_STATUS_CODE,
    HTTP_ROUTE,
)
from opentelemetry.trace import SpanKind, StatusCode

from query_service.access.guard import is_websocket
from query_service.telemetry import exporting
from query_service.telemetry.figures import REQUESTS, REQUESTS_NOW
from query_service.telemetry.queries import tracing_with

# Asked again and again by machines: they would be most of all traces.
_POLLED = ("/health", "/metrics")
NO_ROUTE = "other"


def register(app: Flask) -> None:
    """Trace and count every request of the application; before whatever else is registered."""
    app.before_request(_begin)
    app.after_request(_answered)
    app.teardown_request(_end)


def route() -> str:
    """The template of the route that is asked, without its values; `other` when there is none."""
    return request.url_rule.rule if request.url_rule else NO_ROUTE


def _begin() -> None:
    g.started = perf_counter()
    REQUESTS_NOW.inc()
    if request.path in _POLLED or is_websocket():
        return
    tracer = exporting.of_app().tracer
    span = tracer.start_span(
        f"{_method()} {route()}",
        context=context.Context(),
        kind=SpanKind.SERVER,
        attributes={HTTP_ROUTE: route(), HTTP_REQUEST_METHOD: _method()},
    )
    if span.is_recording():
        g.span = span
        g.attached = context.attach(trace.set_span_in_context(span))
        g.tracing_with = tracing_with.set(tracer)


def _method() -> str:
    """The method, which without a route may be any word."""
    return request.method if request.url_rule else "_OTHER"


def _answered(response: Response) -> Response:
    """Count an answer when it begins: a stream goes on for as long as its client likes."""
    if "started" in g and not is_websocket():
        counted = REQUESTS.labels(_method(), route(), str(response.status_code))
        counted.observe(perf_counter() - g.started)
    if "span" in g:
        g.span.set_attribute(HTTP_RESPONSE_STATUS_CODE, response.status_code)
        if response.status_code >= 500:
            g.span.set_attribute(ERROR_TYPE, str(response.status_code))
            g.span.set_status(StatusCode.ERROR)
    return response


def _end(_: BaseException | None) -> None:
    if "started" in g:
        REQUESTS_NOW.dec()
    if "span" in g:
        tracing_with.reset(g.tracing_with)
        context.detach(g.attached)
        g.span.end()
