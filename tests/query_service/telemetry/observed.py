"""An application whose spans and events are kept in memory."""

from collections.abc import Callable
from typing import NamedTuple

from flask.testing import FlaskClient
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from query_service.telemetry.exporting import SCOPE, Exporting, switch_on

_events: Callable[[], InMemoryLogRecordExporter] = InMemoryLogRecordExporter  # it has no types


class Observed(NamedTuple):
    """What an application has sent."""

    spans: InMemorySpanExporter
    events: InMemoryLogRecordExporter


def observe(web: FlaskClient) -> Observed:
    """Let the application of this client send."""
    observed = Observed(InMemorySpanExporter(), _events())
    spans, events = TracerProvider(shutdown_on_exit=False), LoggerProvider(shutdown_on_exit=False)
    spans.add_span_processor(SimpleSpanProcessor(observed.spans))
    events.add_log_record_processor(SimpleLogRecordProcessor(observed.events))
    tracer = spans.get_tracer(SCOPE)
    switch_on(web.application, Exporting(tracer, events.get_logger(SCOPE), tracer))
    return observed
