"""Where the service's own spans and audit events go: to the Collector, like everybody else's.

They wait in a queue of 2,048 and leave in the background; while the Collector is away they are
dropped. A request never waits for them.
"""

import logging
import threading
from typing import NamedTuple

from flask import Flask, current_app
from opentelemetry._logs import Logger, NoOpLogger
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.semconv.attributes.service_attributes import SERVICE_NAME
from opentelemetry.trace import NoOpTracer, Tracer

from query_service.settings import Settings

SERVICE = "agent-telemetry-query"
REDRIVE = "agent-telemetry-redrive"
"""Its spans are in lists and totals, where those of the service itself are left out."""
SCOPE = "agent_telemetry.query"
_TIMEOUT = 5.0  # s, for one batch
_LAST_SECONDS = 2.0  # for what is left when the process ends
_EXTENSION = "agent_telemetry_exporting"

# They tell of each failed try and each dropped span.
for _name in ("opentelemetry.exporter.otlp", "opentelemetry.sdk._shared_internal"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class Exporting(NamedTuple):
    """What spans and events are written with."""

    tracer: Tracer
    logger: Logger
    sending: Tracer = NoOpTracer()
    """For messages that are sent: these belong to the traces of agents."""


OFF = Exporting(NoOpTracer(), NoOpLogger(SCOPE))


def of_app() -> Exporting:
    """What the running application writes with; nothing goes anywhere until it is switched on."""
    found: Exporting = current_app.extensions.get(_EXTENSION, OFF)
    return found


def switch_on(app: Flask, made: Exporting) -> None:
    """Let the application write with this."""
    app.extensions[_EXTENSION] = made


class Export:
    """Sends to the Collector from threads of its own: made in each process, after any fork."""

    def __init__(self, settings: Settings) -> None:
        base = settings.otel_exporter_otlp_endpoint.rstrip("/")
        resource = Resource.create({SERVICE_NAME: SERVICE})
        redrive = Resource.create({SERVICE_NAME: REDRIVE})
        # Ending is up to `close`: theirs waits for as long as a Collector hangs.
        self._spans = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._sent = TracerProvider(resource=redrive, shutdown_on_exit=False)
        for provider in (self._spans, self._sent):
            provider.add_span_processor(
                BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{base}/v1/traces", timeout=_TIMEOUT))
            )
        self._traces = settings.query_traces
        self._logs = LoggerProvider(resource=resource, shutdown_on_exit=False)
        self._logs.add_log_record_processor(
            BatchLogRecordProcessor(OTLPLogExporter(endpoint=f"{base}/v1/logs", timeout=_TIMEOUT))
        )

    @property
    def exporting(self) -> Exporting:
        """What to write with."""
        tracer = self._spans.get_tracer(SCOPE) if self._traces else OFF.tracer
        return Exporting(tracer, self._logs.get_logger(SCOPE), self._sent.get_tracer(SCOPE))

    def close(self) -> None:
        """Send what is left, for 2 s at most."""
        threads = [
            threading.Thread(target=provider.force_flush, daemon=True)
            for provider in (self._spans, self._sent, self._logs)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(_LAST_SECONDS)
