"""`configure` and `shutdown`: the providers that spans and events of this process go to."""

import atexit
import logging
import threading
import uuid
from dataclasses import dataclass, field

from opentelemetry import _logs, trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import LogRecordExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter
from opentelemetry.semconv._incubating.attributes.deployment_attributes import (
    DEPLOYMENT_ENVIRONMENT_NAME,
)
from opentelemetry.semconv._incubating.attributes.gen_ai_attributes import GEN_AI_AGENT_NAME
from opentelemetry.semconv._incubating.attributes.service_attributes import SERVICE_INSTANCE_ID
from opentelemetry.semconv.attributes.service_attributes import SERVICE_NAME

from agent_sdk._export import Backlog, BoundedLogProcessor, BoundedSpanProcessor, retrying_session
from agent_sdk._names import slug
from agent_sdk._settings import Settings

_logger = logging.getLogger("agent_sdk")
_SCOPE = "agent_sdk"


@dataclass(frozen=True)
class ExportStats:
    """What became of the telemetry of this process so far."""

    spans_exported: int
    spans_dropped: int
    logs_exported: int
    logs_dropped: int


@dataclass
class Telemetry:
    """The state of `configure`; before it, whatever providers the application has set."""

    agent_name: str = "unknown"
    settings: Settings = field(default_factory=Settings)
    tracer_provider: TracerProvider | None = None
    logger_provider: LoggerProvider | None = None
    spans: Backlog = field(default_factory=lambda: Backlog("spans", 0))
    logs: Backlog = field(default_factory=lambda: Backlog("log records", 0))

    @property
    def service_name(self) -> str:
        """OTEL_SERVICE_NAME, else the agent's name as its topic has it."""
        return self.settings.otel_service_name or slug(self.agent_name)

    @property
    def tracer(self) -> trace.Tracer:
        provider = self.tracer_provider or trace.get_tracer_provider()
        return provider.get_tracer(_SCOPE)

    @property
    def logger(self) -> _logs.Logger:
        provider = self.logger_provider or _logs.get_logger_provider()
        return provider.get_logger(_SCOPE)


_lock = threading.Lock()
_current: Telemetry | None = None


def telemetry() -> Telemetry:
    """What the SDK writes to now."""
    global _current
    with _lock:
        if _current is None:
            _current = Telemetry()
        return _current


def configure(
    agent_name: str,
    *,
    span_exporter: SpanExporter | None = None,
    log_exporter: LogRecordExporter | None = None,
) -> None:
    """Send the spans, events and errors of this process to the Collector.

    **Usage**:

        import agent_sdk

        agent_sdk.configure("researcher")

    Call it once, at the start. They go by OTLP/HTTP to `OTEL_EXPORTER_OTLP_ENDPOINT`
    (default `http://127.0.0.1:4318`); a given exporter takes the place of that. With
    `OTEL_SDK_DISABLED=true` nothing is sent. A Collector that is away neither blocks nor
    fails the agent; `export_stats()` counts what was dropped. A second call replaces the first.

    Raises ValueError when `agent_name` cannot name a Kafka topic.
    """
    global _current
    slug(agent_name)
    shutdown()
    settings = Settings()
    new = Telemetry(
        agent_name,
        settings,
        spans=Backlog("spans", settings.otel_bsp_max_queue_size),
        logs=Backlog("log records", settings.otel_blrp_max_queue_size),
    )
    if not settings.otel_sdk_disabled:
        _make_providers(new, span_exporter, log_exporter)
    with _lock:
        _current = new


def shutdown(timeout: float = 2.0) -> bool:
    """Send what waits, for at most `timeout` seconds; True when nothing was left behind.

    Called by itself at the exit of the process.
    """
    global _current
    with _lock:
        old, _current = _current, None
    if old is None or old.tracer_provider is None or old.logger_provider is None:
        return True
    # In a thread of its own: the providers' shutdown takes up to 30 s when nobody answers.
    closing = threading.Thread(target=_close, args=(old,), daemon=True, name="agent-sdk-shutdown")
    closing.start()
    closing.join(timeout)
    left = old.spans.pending + old.logs.pending
    if left:
        _logger.warning("%d spans and log records were not exported before the end", left)
    return left == 0


def export_stats() -> ExportStats:
    """Counts of exported and dropped spans and log records since `configure`."""
    now = telemetry()
    return ExportStats(now.spans.exported, now.spans.dropped, now.logs.exported, now.logs.dropped)


def _make_providers(
    new: Telemetry, span_exporter: SpanExporter | None, log_exporter: LogRecordExporter | None
) -> None:
    settings = new.settings
    own = {SERVICE_NAME: new.service_name, SERVICE_INSTANCE_ID: str(uuid.uuid4())}
    environment = {DEPLOYMENT_ENVIRONMENT_NAME: settings.agent_environment}
    # OTEL_RESOURCE_ATTRIBUTES may name the environment; the service's name is always ours.
    resource = (
        Resource(environment)
        .merge(Resource.create(own))
        .merge(Resource({GEN_AI_AGENT_NAME: new.agent_name}))
    )
    new.tracer_provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    new.tracer_provider.add_span_processor(
        BoundedSpanProcessor(
            span_exporter
            or OTLPSpanExporter(
                endpoint=settings.otel_exporter_otlp_traces_endpoint,
                session=retrying_session(settings.agent_export_retry_seconds),
            ),
            new.spans,
            settings.otel_bsp_schedule_delay,
            settings.otel_bsp_max_export_batch_size,
            settings.otel_bsp_max_queue_size,
        )
    )
    new.logger_provider = LoggerProvider(resource=resource, shutdown_on_exit=False)
    new.logger_provider.add_log_record_processor(
        BoundedLogProcessor(
            log_exporter
            or OTLPLogExporter(
                endpoint=settings.otel_exporter_otlp_logs_endpoint,
                session=retrying_session(settings.agent_export_retry_seconds),
            ),
            new.logs,
            settings.otel_blrp_schedule_delay,
            settings.otel_blrp_max_export_batch_size,
            settings.otel_blrp_max_queue_size,
        )
    )
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        # Instrumentations in the same process (httpx, openai, ...) join our traces.
        trace.set_tracer_provider(new.tracer_provider)


def _close(old: Telemetry) -> None:
    if old.logger_provider is not None:
        old.logger_provider.shutdown()
    if old.tracer_provider is not None:
        old.tracer_provider.shutdown()


atexit.register(shutdown)
