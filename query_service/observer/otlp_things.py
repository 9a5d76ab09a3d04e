"""Sends things as entity events, and their figures as gauges, through the pipeline.

Entity events are log records as the Collector's k8sclusterreceiver writes them.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from opentelemetry._logs import LogRecord
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExportResult
from opentelemetry.sdk.metrics.export import (
    Gauge,
    MetricExportResult,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
)
from opentelemetry.sdk.metrics.export import Metric as OtlpMetric
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.semconv._incubating.attributes.k8s_attributes import (
    K8S_CONTAINER_NAME,
    K8S_NAMESPACE_NAME,
)
from opentelemetry.semconv.attributes.service_attributes import SERVICE_NAME

from query_service.observer.otlp_metrics import SERVICE, TIMEOUT, NotRecorded
from query_service.observer.things import Figure, Figures, Key, News

AT_ONCE = 1_000
"""So many things, or figures, are sent together: some 1 MB."""
SOURCE_NAME = "agent_telemetry.source.name"
_KUBERNETES = "k8s."
_SCOPE = InstrumentationScope("agent_telemetry.observer")
_RESOURCE = Resource({SERVICE_NAME: SERVICE})

# It would log each failed try; the job that calls says it once.
logging.getLogger(OTLPLogExporter.__module__).setLevel(logging.CRITICAL)


class ThingsSender:
    """Sends to the Collector at `endpoint` (base URL) over OTLP/HTTP."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        base = endpoint.rstrip("/")
        self._logs = OTLPLogExporter(endpoint=f"{base}/v1/logs", timeout=TIMEOUT)
        self._metrics = OTLPMetricExporter(endpoint=f"{base}/v1/metrics", timeout=TIMEOUT)

    def send(self, news: News, observed_at: int) -> None:
        """Hand over news of `observed_at` (ns since 1970); once it returns, Kafka has them.

        Raises NotRecorded when the Collector does not take them.
        """
        events = entity_events(news, observed_at)
        while batch := list(islice(events, AT_ONCE)):
            self._check(self._logs.export(batch) is LogRecordExportResult.SUCCESS)
        figures = iter(news.figures.items())
        while some := dict(islice(figures, AT_ONCE)):
            data = metrics_data(some, observed_at)
            self._check(self._metrics.export(data) is MetricExportResult.SUCCESS)

    def close(self) -> None:
        """Give up what is being sent."""
        self._logs.shutdown()
        self._metrics.shutdown()

    def _check(self, is_taken: bool) -> None:
        if not is_taken:
            raise NotRecorded(f"the Collector at {self._endpoint} does not take what was seen")


def entity_events(news: News, observed_at: int) -> Iterator[ReadableLogRecord]:
    """A log record for each thing."""
    for key, thing in news.things.items():
        yield _event("entity_state", key, thing, observed_at)
    for key in news.gone:
        yield _event("entity_delete", key, {}, observed_at)


def _event(event: str, key: Key, thing: Mapping[str, Any], observed_at: int) -> ReadableLogRecord:
    attributes: dict[str, Any] = {
        "otel.entity.event.type": event,
        "otel.entity.type": key.kind,
        "otel.entity.id": entity_id(key),
        "otel.entity.attributes": dict(thing),
    }
    record = LogRecord(timestamp=observed_at, attributes=attributes)
    return ReadableLogRecord(record, _RESOURCE, _SCOPE)


def entity_id(key: Key) -> dict[str, str]:
    """The attributes that name a thing."""
    is_in_cluster = key.kind.startswith(_KUBERNETES)
    named = {
        K8S_NAMESPACE_NAME if is_in_cluster else SOURCE_NAME: key.namespace,
        f"{key.kind}.name": key.name,
        f"{key.kind}.uid": key.uid,
    }
    return {name: value for name, value in named.items() if value}


def metrics_data(figures: Figures, observed_at: int) -> MetricsData:
    """The figures as OTLP data: one gauge for each metric."""
    points: defaultdict[str, list[NumberDataPoint]] = defaultdict(list)
    for figure, value in figures.items():
        points[figure.metric].append(_point(figure, value, observed_at))
    metrics = [OtlpMetric(name, "", "", Gauge(of_metric)) for name, of_metric in points.items()]
    return MetricsData([ResourceMetrics(_RESOURCE, [ScopeMetrics(_SCOPE, metrics, "")], "")])


def _point(figure: Figure, value: float, observed_at: int) -> NumberDataPoint:
    attributes = entity_id(figure.key)
    if figure.container:
        attributes[K8S_CONTAINER_NAME] = figure.container
    return NumberDataPoint(attributes, 0, observed_at, value)
