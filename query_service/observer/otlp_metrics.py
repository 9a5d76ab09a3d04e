"""Sends samples through the pipeline, as gauges with the time at which they were observed.

The SDK's exporter is given its own data classes directly: its meters would stamp points with the
time of collection, and cannot leave a series out.
"""

import logging
from collections import defaultdict

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
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
from opentelemetry.semconv.attributes.service_attributes import SERVICE_NAME

from query_service.errors import Unavailable
from query_service.observer.samples import Metric, Samples

SERVICE = "agent-telemetry-observer"
TIMEOUT = 5.0
UNITS = {Metric.LAG: "{message}", Metric.MEMBERS: "{member}"}


class NotRecorded(Unavailable):
    """What was seen could not be recorded; it says nothing of the source."""


# It would log each failed try; the job that calls says it once.
logging.getLogger(OTLPMetricExporter.__module__).setLevel(logging.CRITICAL)


class MetricsSender:
    """Sends to the Collector at `endpoint` (base URL) over OTLP/HTTP."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._exporter = OTLPMetricExporter(
            endpoint=f"{endpoint.rstrip('/')}/v1/metrics", timeout=TIMEOUT
        )

    def send(self, samples: Samples, observed_at: int) -> None:
        """Hand over samples of `observed_at` (ns since 1970); once it returns, Kafka has them.

        Raises NotRecorded when the Collector does not take them.
        """
        result = self._exporter.export(metrics_data(samples, observed_at))
        if result is not MetricExportResult.SUCCESS:
            raise NotRecorded(f"the Collector does not take metrics at {self._endpoint}")

    def close(self) -> None:
        """Give up what is being sent."""
        self._exporter.shutdown()


def metrics_data(samples: Samples, observed_at: int) -> MetricsData:
    """The samples as OTLP data: one gauge for each metric."""
    points: defaultdict[Metric, list[NumberDataPoint]] = defaultdict(list)
    for series, value in samples.items():
        attributes: dict[str, str | int] = {}
        if series.group:
            attributes["group"] = series.group
        if series.topic:
            attributes["topic"] = series.topic
        if series.partition is not None:
            attributes["partition"] = series.partition
        points[series.metric].append(NumberDataPoint(attributes, 0, observed_at, value))
    metrics = [
        OtlpMetric(metric, "", UNITS.get(metric, "{offset}"), Gauge(of_metric))
        for metric, of_metric in points.items()
    ]
    scope = ScopeMetrics(InstrumentationScope("agent_telemetry.observer"), metrics, "")
    return MetricsData([ResourceMetrics(Resource({SERVICE_NAME: SERVICE}), [scope], "")])
