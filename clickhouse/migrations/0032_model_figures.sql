-- Figures of models go where the other figures are that the observer sees each minute.

ALTER TABLE observed_figures_from_otlp MODIFY QUERY
SELECT
    MetricName AS metric,
    least(greatest(TimeUnix, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS observed_at,
    coalesce(nullIf(Attributes['k8s.namespace.name'], ''), nullIf(Attributes['agent_telemetry.source.name'], ''), '') AS namespace,
    coalesce(
        nullIf(Attributes['k8s.pod.name'], ''), nullIf(Attributes['k8s.deployment.name'], ''), nullIf(Attributes['k8s.statefulset.name'], ''),
        nullIf(Attributes['agent_telemetry.model.name'], ''), '') AS name,
    Attributes['k8s.container.name'] AS container,
    coalesce(
        nullIf(Attributes['k8s.pod.uid'], ''), nullIf(Attributes['k8s.deployment.uid'], ''), nullIf(Attributes['k8s.statefulset.uid'], ''),
        nullIf(Attributes['agent_telemetry.model.uid'], ''), '') AS uid,
    Value AS value,
    now64(3, 'UTC') AS arrived_at
FROM landing_metrics_gauge
WHERE ServiceName = 'agent-telemetry-observer' AND (startsWith(MetricName, 'k8s.') OR startsWith(MetricName, 'agent_telemetry.model.'));

ALTER TABLE otel_metrics_gauge_from_otlp MODIFY QUERY
WITH mapFilter((k, v) -> k NOT IN ('kafka.topic', 'kafka.partition', 'kafka.offset'), l.ResourceAttributes) AS resource
SELECT
    cityHash64(toString(mapSort(resource)), ScopeName, ScopeVersion, toString(mapSort(ScopeAttributes)), toString(mapSort(Attributes))) AS PointHash,
    MetricName, ServiceName, Attributes, StartTimeUnix, TimeUnix,
    least(greatest(TimeUnix, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS EventTime,
    Value, Exemplars.FilteredAttributes, Exemplars.TimeUnix, Exemplars.Value, Exemplars.SpanId, Exemplars.TraceId,
    MetricUnit, MetricDescription, resource AS ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, Flags
FROM landing_metrics_gauge AS l
WHERE NOT (ServiceName = 'agent-telemetry-observer' AND (startsWith(MetricName, 'k8s.') OR startsWith(MetricName, 'agent_telemetry.model.')));
