-- What the observer sees beside Kafka: things (pods, models, its sources) and their figures.
-- Each is told again every minute, so they have tables of their own, and not those of all else.

CREATE TABLE IF NOT EXISTS observed_things
(
    kind LowCardinality(String) COMMENT 'k8s.deployment, k8s.statefulset, k8s.pod, agent_telemetry.model or agent_telemetry.source',
    observed_at DateTime64(9, 'UTC') COMMENT 'When it was seen so' CODEC(Delta(8), ZSTD(1)),
    namespace LowCardinality(String) COMMENT 'Namespace; of a model its source',
    name String COMMENT 'Name' CODEC(ZSTD(1)),
    uid String COMMENT 'Its id in the cluster; a pod that is made anew has another' CODEC(ZSTD(1)),
    is_gone Bool COMMENT 'Whether it was seen to be gone',
    attributes String COMMENT 'What was seen of it, JSON' CODEC(ZSTD(3)),
    arrived_at DateTime64(3, 'UTC') COMMENT 'Latest arrival'
)
ENGINE = ReplacingMergeTree
PARTITION BY toISOWeek(observed_at)
ORDER BY (kind, observed_at, namespace, name, uid)
TTL toDateTime(arrived_at) + INTERVAL 7 DAY
COMMENT 'Things that the observer saw: on change and each minute';

CREATE TABLE IF NOT EXISTS observed_figures
(
    metric LowCardinality(String) COMMENT 'Name of the metric: k8s.pod.cpu.usage, k8s.container.restarts ...',
    observed_at DateTime64(9, 'UTC') COMMENT 'When it was seen' CODEC(Delta(8), ZSTD(1)),
    namespace LowCardinality(String) COMMENT 'Namespace; of a model its source',
    name String COMMENT 'Thing that it is a figure of' CODEC(ZSTD(1)),
    container LowCardinality(String) COMMENT 'Container; empty for figures of the whole thing',
    uid String COMMENT 'Id of the thing in the cluster' CODEC(ZSTD(1)),
    value Float64 COMMENT 'Value, in the unit of the metric' CODEC(ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') COMMENT 'Latest arrival'
)
ENGINE = ReplacingMergeTree
PARTITION BY toISOWeek(observed_at)
ORDER BY (metric, observed_at, namespace, name, container, uid)
TTL toDateTime(arrived_at) + INTERVAL 7 DAY
COMMENT 'Figures of observed_things: on change and each minute';

CREATE MATERIALIZED VIEW IF NOT EXISTS observed_things_from_otlp TO observed_things AS
WITH LogAttributes['otel.entity.id'] AS id
SELECT
    LogAttributes['otel.entity.type'] AS kind,
    least(greatest(Timestamp, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS observed_at,
    JSONExtractString(id, if(startsWith(kind, 'k8s.'), 'k8s.namespace.name', 'agent_telemetry.source.name')) AS namespace,
    JSONExtractString(id, concat(kind, '.name')) AS name,
    JSONExtractString(id, concat(kind, '.uid')) AS uid,
    LogAttributes['otel.entity.event.type'] = 'entity_delete' AS is_gone,
    LogAttributes['otel.entity.attributes'] AS attributes,
    now64(3, 'UTC') AS arrived_at
FROM landing_logs
WHERE ServiceName = 'agent-telemetry-observer' AND LogAttributes['otel.entity.event.type'] != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS observed_figures_from_otlp TO observed_figures AS
SELECT
    MetricName AS metric,
    least(greatest(TimeUnix, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS observed_at,
    Attributes['k8s.namespace.name'] AS namespace,
    coalesce(nullIf(Attributes['k8s.pod.name'], ''), nullIf(Attributes['k8s.deployment.name'], ''), nullIf(Attributes['k8s.statefulset.name'], ''), '') AS name,
    Attributes['k8s.container.name'] AS container,
    coalesce(nullIf(Attributes['k8s.pod.uid'], ''), nullIf(Attributes['k8s.deployment.uid'], ''), nullIf(Attributes['k8s.statefulset.uid'], ''), '') AS uid,
    Value AS value,
    now64(3, 'UTC') AS arrived_at
FROM landing_metrics_gauge
WHERE ServiceName = 'agent-telemetry-observer' AND startsWith(MetricName, 'k8s.');

ALTER TABLE otel_logs_from_otlp MODIFY QUERY
WITH
    mapFilter((k, v) -> k NOT IN ('kafka.topic', 'kafka.partition', 'kafka.offset'), l.ResourceAttributes) AS resource,
    -- The exporter leaves EventName out when ClickHouse was away at its start; the Collector
    -- then still has it as an attribute.
    if(l.EventName != '', l.EventName, l.LogAttributes['event.name']) AS event_name,
    mapFilter((k, v) -> k != 'event.name' OR v != event_name, l.LogAttributes) AS attributes,
    multiIf(
        attributes['agent_telemetry.event.id'] != '', attributes['agent_telemetry.event.id'],
        attributes['agent_telemetry.error.id']) AS own_id
SELECT
    reinterpretAsUInt128(if(own_id != '', sipHash128(own_id), sipHash128(
        Timestamp, TraceId, SpanId, SeverityNumber, SeverityText, ServiceName, event_name, Body,
        toString(mapSort(resource)), ScopeName, ScopeVersion, toString(mapSort(ScopeAttributes)), toString(mapSort(attributes))))) AS Identity,
    Timestamp,
    least(greatest(Timestamp, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS EventTime,
    TraceId, SpanId, TraceFlags, SeverityText, SeverityNumber, ServiceName, Body,
    resource AS ResourceAttributes,
    ScopeName, ScopeVersion, ScopeAttributes, attributes AS LogAttributes, event_name AS EventName,
    l.ResourceAttributes['kafka.topic'] AS Topic,
    toUInt32OrZero(l.ResourceAttributes['kafka.partition']) AS Partition,
    toUInt64OrZero(l.ResourceAttributes['kafka.offset']) AS Offset,
    now64(9, 'UTC') AS ArrivedAt
FROM landing_logs AS l
WHERE NOT (ServiceName = 'agent-telemetry-observer' AND l.LogAttributes['otel.entity.event.type'] != '');

ALTER TABLE otel_metrics_gauge_from_otlp MODIFY QUERY
WITH mapFilter((k, v) -> k NOT IN ('kafka.topic', 'kafka.partition', 'kafka.offset'), l.ResourceAttributes) AS resource
SELECT
    cityHash64(toString(mapSort(resource)), ScopeName, ScopeVersion, toString(mapSort(ScopeAttributes)), toString(mapSort(Attributes))) AS PointHash,
    MetricName, ServiceName, Attributes, StartTimeUnix, TimeUnix,
    least(greatest(TimeUnix, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS EventTime,
    Value, Exemplars.FilteredAttributes, Exemplars.TimeUnix, Exemplars.Value, Exemplars.SpanId, Exemplars.TraceId,
    MetricUnit, MetricDescription, resource AS ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, Flags
FROM landing_metrics_gauge AS l
WHERE NOT (ServiceName = 'agent-telemetry-observer' AND startsWith(MetricName, 'k8s.'));
