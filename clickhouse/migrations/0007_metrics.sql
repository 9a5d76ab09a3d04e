-- Metric points, and Kafka's figures out of them.

CREATE TABLE IF NOT EXISTS otel_metrics_gauge
(
    PointHash UInt64 COMMENT 'cityHash64 of resource, scope and attributes',
    MetricName LowCardinality(String) COMMENT 'Name',
    ServiceName LowCardinality(String) COMMENT 'service.name',
    Attributes Map(LowCardinality(String), String) COMMENT 'Attributes of the point' CODEC(ZSTD(1)),
    StartTimeUnix DateTime64(9, 'UTC') COMMENT 'Start of the interval' CODEC(Delta(8), ZSTD(1)),
    TimeUnix DateTime64(9, 'UTC') COMMENT 'Time as it came' CODEC(Delta(8), ZSTD(1)),
    EventTime DateTime64(9, 'UTC') COMMENT 'TimeUnix, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    Value Float64 COMMENT 'Value' CODEC(ZSTD(1)),
    MetricUnit LowCardinality(String) COMMENT 'Unit',
    MetricDescription String COMMENT 'Description' CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) COMMENT 'Resource attributes, Kafka position removed' CODEC(ZSTD(1)),
    ScopeName LowCardinality(String) COMMENT 'Instrumentation scope',
    ScopeVersion LowCardinality(String) COMMENT 'Version of the scope',
    ScopeAttributes Map(LowCardinality(String), String) COMMENT 'Attributes of the scope' CODEC(ZSTD(1)),
    Flags UInt32 COMMENT 'OTLP flags',
    Exemplars Nested
    (
        FilteredAttributes Map(LowCardinality(String), String),
        TimeUnix DateTime64(9, 'UTC'),
        Value Float64,
        SpanId String,
        TraceId String
    ) CODEC(ZSTD(1)),
    ArrivedAt DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Latest arrival'
)
ENGINE = ReplacingMergeTree
PARTITION BY toISOWeek(EventTime)
ORDER BY (MetricName, ServiceName, PointHash, TimeUnix, StartTimeUnix)
TTL toDateTime(ArrivedAt) + INTERVAL 30 DAY
COMMENT 'Gauge points, each once';

CREATE TABLE IF NOT EXISTS otel_metrics_sum
(
    PointHash UInt64 COMMENT 'cityHash64 of resource, scope and attributes',
    MetricName LowCardinality(String) COMMENT 'Name',
    ServiceName LowCardinality(String) COMMENT 'service.name',
    Attributes Map(LowCardinality(String), String) COMMENT 'Attributes of the point' CODEC(ZSTD(1)),
    StartTimeUnix DateTime64(9, 'UTC') COMMENT 'Start of the interval' CODEC(Delta(8), ZSTD(1)),
    TimeUnix DateTime64(9, 'UTC') COMMENT 'Time as it came' CODEC(Delta(8), ZSTD(1)),
    EventTime DateTime64(9, 'UTC') COMMENT 'TimeUnix, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    Value Float64 COMMENT 'Value' CODEC(ZSTD(1)),
    MetricUnit LowCardinality(String) COMMENT 'Unit',
    MetricDescription String COMMENT 'Description' CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) COMMENT 'Resource attributes, Kafka position removed' CODEC(ZSTD(1)),
    ScopeName LowCardinality(String) COMMENT 'Instrumentation scope',
    ScopeVersion LowCardinality(String) COMMENT 'Version of the scope',
    ScopeAttributes Map(LowCardinality(String), String) COMMENT 'Attributes of the scope' CODEC(ZSTD(1)),
    Flags UInt32 COMMENT 'OTLP flags',
    Exemplars Nested
    (
        FilteredAttributes Map(LowCardinality(String), String),
        TimeUnix DateTime64(9, 'UTC'),
        Value Float64,
        SpanId String,
        TraceId String
    ) CODEC(ZSTD(1)),
    AggregationTemporality Int32 COMMENT '1 delta, 2 cumulative',
    IsMonotonic Bool COMMENT 'Only grows',
    ArrivedAt DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Latest arrival'
)
ENGINE = ReplacingMergeTree
PARTITION BY toISOWeek(EventTime)
ORDER BY (MetricName, ServiceName, PointHash, TimeUnix, StartTimeUnix)
TTL toDateTime(ArrivedAt) + INTERVAL 30 DAY
COMMENT 'Sum points, each once';

CREATE TABLE IF NOT EXISTS otel_metrics_histogram
(
    PointHash UInt64 COMMENT 'cityHash64 of resource, scope and attributes',
    MetricName LowCardinality(String) COMMENT 'Name',
    ServiceName LowCardinality(String) COMMENT 'service.name',
    Attributes Map(LowCardinality(String), String) COMMENT 'Attributes of the point' CODEC(ZSTD(1)),
    StartTimeUnix DateTime64(9, 'UTC') COMMENT 'Start of the interval' CODEC(Delta(8), ZSTD(1)),
    TimeUnix DateTime64(9, 'UTC') COMMENT 'Time as it came' CODEC(Delta(8), ZSTD(1)),
    EventTime DateTime64(9, 'UTC') COMMENT 'TimeUnix, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    Count UInt64 COMMENT 'Values counted',
    Sum Float64 COMMENT 'Sum of the values',
    BucketCounts Array(UInt64) COMMENT 'Values in each bucket',
    ExplicitBounds Array(Float64) COMMENT 'Upper bounds of the buckets',
    Min Float64 COMMENT 'Smallest value',
    Max Float64 COMMENT 'Largest value',
    MetricUnit LowCardinality(String) COMMENT 'Unit',
    MetricDescription String COMMENT 'Description' CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) COMMENT 'Resource attributes, Kafka position removed' CODEC(ZSTD(1)),
    ScopeName LowCardinality(String) COMMENT 'Instrumentation scope',
    ScopeVersion LowCardinality(String) COMMENT 'Version of the scope',
    ScopeAttributes Map(LowCardinality(String), String) COMMENT 'Attributes of the scope' CODEC(ZSTD(1)),
    Flags UInt32 COMMENT 'OTLP flags',
    Exemplars Nested
    (
        FilteredAttributes Map(LowCardinality(String), String),
        TimeUnix DateTime64(9, 'UTC'),
        Value Float64,
        SpanId String,
        TraceId String
    ) CODEC(ZSTD(1)),
    AggregationTemporality Int32 COMMENT '1 delta, 2 cumulative',
    ArrivedAt DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Latest arrival'
)
ENGINE = ReplacingMergeTree
PARTITION BY toISOWeek(EventTime)
ORDER BY (MetricName, ServiceName, PointHash, TimeUnix, StartTimeUnix)
TTL toDateTime(ArrivedAt) + INTERVAL 30 DAY
COMMENT 'Histogram points, each once';

CREATE TABLE IF NOT EXISTS otel_metrics_exponential_histogram
(
    PointHash UInt64 COMMENT 'cityHash64 of resource, scope and attributes',
    MetricName LowCardinality(String) COMMENT 'Name',
    ServiceName LowCardinality(String) COMMENT 'service.name',
    Attributes Map(LowCardinality(String), String) COMMENT 'Attributes of the point' CODEC(ZSTD(1)),
    StartTimeUnix DateTime64(9, 'UTC') COMMENT 'Start of the interval' CODEC(Delta(8), ZSTD(1)),
    TimeUnix DateTime64(9, 'UTC') COMMENT 'Time as it came' CODEC(Delta(8), ZSTD(1)),
    EventTime DateTime64(9, 'UTC') COMMENT 'TimeUnix, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    Count UInt64 COMMENT 'Values counted',
    Sum Float64 COMMENT 'Sum of the values',
    Scale Int32 COMMENT 'Scale of the buckets',
    ZeroCount UInt64 COMMENT 'Values at zero',
    PositiveOffset Int32 COMMENT 'First positive bucket',
    PositiveBucketCounts Array(UInt64) COMMENT 'Values in each positive bucket',
    NegativeOffset Int32 COMMENT 'First negative bucket',
    NegativeBucketCounts Array(UInt64) COMMENT 'Values in each negative bucket',
    Min Float64 COMMENT 'Smallest value',
    Max Float64 COMMENT 'Largest value',
    MetricUnit LowCardinality(String) COMMENT 'Unit',
    MetricDescription String COMMENT 'Description' CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) COMMENT 'Resource attributes, Kafka position removed' CODEC(ZSTD(1)),
    ScopeName LowCardinality(String) COMMENT 'Instrumentation scope',
    ScopeVersion LowCardinality(String) COMMENT 'Version of the scope',
    ScopeAttributes Map(LowCardinality(String), String) COMMENT 'Attributes of the scope' CODEC(ZSTD(1)),
    Flags UInt32 COMMENT 'OTLP flags',
    Exemplars Nested
    (
        FilteredAttributes Map(LowCardinality(String), String),
        TimeUnix DateTime64(9, 'UTC'),
        Value Float64,
        SpanId String,
        TraceId String
    ) CODEC(ZSTD(1)),
    AggregationTemporality Int32 COMMENT '1 delta, 2 cumulative',
    ArrivedAt DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Latest arrival'
)
ENGINE = ReplacingMergeTree
PARTITION BY toISOWeek(EventTime)
ORDER BY (MetricName, ServiceName, PointHash, TimeUnix, StartTimeUnix)
TTL toDateTime(ArrivedAt) + INTERVAL 30 DAY
COMMENT 'Exponential histogram points, each once';

CREATE TABLE IF NOT EXISTS otel_metrics_summary
(
    PointHash UInt64 COMMENT 'cityHash64 of resource, scope and attributes',
    MetricName LowCardinality(String) COMMENT 'Name',
    ServiceName LowCardinality(String) COMMENT 'service.name',
    Attributes Map(LowCardinality(String), String) COMMENT 'Attributes of the point' CODEC(ZSTD(1)),
    StartTimeUnix DateTime64(9, 'UTC') COMMENT 'Start of the interval' CODEC(Delta(8), ZSTD(1)),
    TimeUnix DateTime64(9, 'UTC') COMMENT 'Time as it came' CODEC(Delta(8), ZSTD(1)),
    EventTime DateTime64(9, 'UTC') COMMENT 'TimeUnix, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    Count UInt64 COMMENT 'Values counted',
    Sum Float64 COMMENT 'Sum of the values',
    ValueAtQuantiles Nested
    (
        Quantile Float64,
        Value Float64
    ) CODEC(ZSTD(1)),
    MetricUnit LowCardinality(String) COMMENT 'Unit',
    MetricDescription String COMMENT 'Description' CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) COMMENT 'Resource attributes, Kafka position removed' CODEC(ZSTD(1)),
    ScopeName LowCardinality(String) COMMENT 'Instrumentation scope',
    ScopeVersion LowCardinality(String) COMMENT 'Version of the scope',
    ScopeAttributes Map(LowCardinality(String), String) COMMENT 'Attributes of the scope' CODEC(ZSTD(1)),
    Flags UInt32 COMMENT 'OTLP flags',
    ArrivedAt DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Latest arrival'
)
ENGINE = ReplacingMergeTree
PARTITION BY toISOWeek(EventTime)
ORDER BY (MetricName, ServiceName, PointHash, TimeUnix, StartTimeUnix)
TTL toDateTime(ArrivedAt) + INTERVAL 30 DAY
COMMENT 'Summary points, each once';

CREATE TABLE IF NOT EXISTS kafka_offsets
(
    metric LowCardinality(String) COMMENT 'kafka.partition.current_offset, kafka.partition.oldest_offset, kafka.consumer_group.offset, kafka.consumer_group.lag, kafka.consumer_group.members',
    topic LowCardinality(String) COMMENT 'Topic; empty for members of a group as a whole',
    partition Int32 COMMENT 'Partition; -1 for members',
    consumer_group LowCardinality(String) COMMENT 'Consumer group; empty for partition figures',
    observed_at DateTime64(9, 'UTC') COMMENT 'When it was observed' CODEC(Delta(8), ZSTD(1)),
    value Int64 COMMENT 'Offset, lag or number of members' CODEC(ZSTD(1)),
    arrived_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'Latest arrival'
)
ENGINE = ReplacingMergeTree
ORDER BY (metric, toStartOfHour(observed_at), topic, partition, consumer_group, observed_at)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
COMMENT 'What the observer, or the Collector''s kafkametricsreceiver, saw in Kafka';

CREATE MATERIALIZED VIEW IF NOT EXISTS otel_metrics_gauge_from_otlp TO otel_metrics_gauge AS
WITH mapFilter((k, v) -> k NOT IN ('kafka.topic', 'kafka.partition', 'kafka.offset'), l.ResourceAttributes) AS resource
SELECT
    cityHash64(toString(mapSort(resource)), ScopeName, ScopeVersion, toString(mapSort(ScopeAttributes)), toString(mapSort(Attributes))) AS PointHash,
    MetricName, ServiceName, Attributes, StartTimeUnix, TimeUnix,
    least(greatest(TimeUnix, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS EventTime,
    Value, Exemplars.FilteredAttributes, Exemplars.TimeUnix, Exemplars.Value, Exemplars.SpanId, Exemplars.TraceId,
    MetricUnit, MetricDescription, resource AS ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, Flags
FROM landing_metrics_gauge AS l;

CREATE MATERIALIZED VIEW IF NOT EXISTS otlp_records_from_metrics_gauge TO otlp_records AS
SELECT
    ResourceAttributes['kafka.topic'] AS topic,
    toUInt32OrZero(ResourceAttributes['kafka.partition']) AS partition,
    toUInt64OrZero(ResourceAttributes['kafka.offset']) AS offset,
    'stored' AS outcome
FROM landing_metrics_gauge
GROUP BY topic, partition, offset;

CREATE MATERIALIZED VIEW IF NOT EXISTS otel_metrics_sum_from_otlp TO otel_metrics_sum AS
WITH mapFilter((k, v) -> k NOT IN ('kafka.topic', 'kafka.partition', 'kafka.offset'), l.ResourceAttributes) AS resource
SELECT
    cityHash64(toString(mapSort(resource)), ScopeName, ScopeVersion, toString(mapSort(ScopeAttributes)), toString(mapSort(Attributes))) AS PointHash,
    MetricName, ServiceName, Attributes, StartTimeUnix, TimeUnix,
    least(greatest(TimeUnix, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS EventTime,
    Value, Exemplars.FilteredAttributes, Exemplars.TimeUnix, Exemplars.Value, Exemplars.SpanId, Exemplars.TraceId, AggregationTemporality, IsMonotonic,
    MetricUnit, MetricDescription, resource AS ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, Flags
FROM landing_metrics_sum AS l;

CREATE MATERIALIZED VIEW IF NOT EXISTS otlp_records_from_metrics_sum TO otlp_records AS
SELECT
    ResourceAttributes['kafka.topic'] AS topic,
    toUInt32OrZero(ResourceAttributes['kafka.partition']) AS partition,
    toUInt64OrZero(ResourceAttributes['kafka.offset']) AS offset,
    'stored' AS outcome
FROM landing_metrics_sum
GROUP BY topic, partition, offset;

CREATE MATERIALIZED VIEW IF NOT EXISTS otel_metrics_histogram_from_otlp TO otel_metrics_histogram AS
WITH mapFilter((k, v) -> k NOT IN ('kafka.topic', 'kafka.partition', 'kafka.offset'), l.ResourceAttributes) AS resource
SELECT
    cityHash64(toString(mapSort(resource)), ScopeName, ScopeVersion, toString(mapSort(ScopeAttributes)), toString(mapSort(Attributes))) AS PointHash,
    MetricName, ServiceName, Attributes, StartTimeUnix, TimeUnix,
    least(greatest(TimeUnix, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS EventTime,
    Count, Sum, BucketCounts, ExplicitBounds, Min, Max, Exemplars.FilteredAttributes, Exemplars.TimeUnix, Exemplars.Value, Exemplars.SpanId, Exemplars.TraceId, AggregationTemporality,
    MetricUnit, MetricDescription, resource AS ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, Flags
FROM landing_metrics_histogram AS l;

CREATE MATERIALIZED VIEW IF NOT EXISTS otlp_records_from_metrics_histogram TO otlp_records AS
SELECT
    ResourceAttributes['kafka.topic'] AS topic,
    toUInt32OrZero(ResourceAttributes['kafka.partition']) AS partition,
    toUInt64OrZero(ResourceAttributes['kafka.offset']) AS offset,
    'stored' AS outcome
FROM landing_metrics_histogram
GROUP BY topic, partition, offset;

CREATE MATERIALIZED VIEW IF NOT EXISTS otel_metrics_exponential_histogram_from_otlp TO otel_metrics_exponential_histogram AS
WITH mapFilter((k, v) -> k NOT IN ('kafka.topic', 'kafka.partition', 'kafka.offset'), l.ResourceAttributes) AS resource
SELECT
    cityHash64(toString(mapSort(resource)), ScopeName, ScopeVersion, toString(mapSort(ScopeAttributes)), toString(mapSort(Attributes))) AS PointHash,
    MetricName, ServiceName, Attributes, StartTimeUnix, TimeUnix,
    least(greatest(TimeUnix, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS EventTime,
    Count, Sum, Scale, ZeroCount, PositiveOffset, PositiveBucketCounts, NegativeOffset, NegativeBucketCounts, Min, Max, Exemplars.FilteredAttributes, Exemplars.TimeUnix, Exemplars.Value, Exemplars.SpanId, Exemplars.TraceId, AggregationTemporality,
    MetricUnit, MetricDescription, resource AS ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, Flags
FROM landing_metrics_exponential_histogram AS l;

CREATE MATERIALIZED VIEW IF NOT EXISTS otlp_records_from_metrics_exponential_histogram TO otlp_records AS
SELECT
    ResourceAttributes['kafka.topic'] AS topic,
    toUInt32OrZero(ResourceAttributes['kafka.partition']) AS partition,
    toUInt64OrZero(ResourceAttributes['kafka.offset']) AS offset,
    'stored' AS outcome
FROM landing_metrics_exponential_histogram
GROUP BY topic, partition, offset;

CREATE MATERIALIZED VIEW IF NOT EXISTS otel_metrics_summary_from_otlp TO otel_metrics_summary AS
WITH mapFilter((k, v) -> k NOT IN ('kafka.topic', 'kafka.partition', 'kafka.offset'), l.ResourceAttributes) AS resource
SELECT
    cityHash64(toString(mapSort(resource)), ScopeName, ScopeVersion, toString(mapSort(ScopeAttributes)), toString(mapSort(Attributes))) AS PointHash,
    MetricName, ServiceName, Attributes, StartTimeUnix, TimeUnix,
    least(greatest(TimeUnix, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS EventTime,
    Count, Sum, ValueAtQuantiles.Quantile, ValueAtQuantiles.Value,
    MetricUnit, MetricDescription, resource AS ResourceAttributes, ScopeName, ScopeVersion, ScopeAttributes, Flags
FROM landing_metrics_summary AS l;

CREATE MATERIALIZED VIEW IF NOT EXISTS otlp_records_from_metrics_summary TO otlp_records AS
SELECT
    ResourceAttributes['kafka.topic'] AS topic,
    toUInt32OrZero(ResourceAttributes['kafka.partition']) AS partition,
    toUInt64OrZero(ResourceAttributes['kafka.offset']) AS offset,
    'stored' AS outcome
FROM landing_metrics_summary
GROUP BY topic, partition, offset;

CREATE MATERIALIZED VIEW IF NOT EXISTS kafka_offsets_from_gauge TO kafka_offsets AS
WITH accurateCastOrNull(trunc(Value), 'Int64') AS figure
SELECT
    MetricName AS metric,
    Attributes['topic'] AS topic,
    ifNull(toInt32OrNull(Attributes['partition']), -1) AS partition,
    Attributes['group'] AS consumer_group,
    EventTime AS observed_at,
    assumeNotNull(figure) AS value
FROM otel_metrics_gauge
WHERE MetricName IN ('kafka.partition.current_offset', 'kafka.partition.oldest_offset',
    'kafka.consumer_group.offset', 'kafka.consumer_group.lag', 'kafka.consumer_group.members')
    AND isNotNull(figure);

CREATE MATERIALIZED VIEW IF NOT EXISTS kafka_offsets_from_sum TO kafka_offsets AS
WITH accurateCastOrNull(trunc(Value), 'Int64') AS figure
SELECT
    MetricName AS metric,
    Attributes['topic'] AS topic,
    ifNull(toInt32OrNull(Attributes['partition']), -1) AS partition,
    Attributes['group'] AS consumer_group,
    EventTime AS observed_at,
    assumeNotNull(figure) AS value
FROM otel_metrics_sum
WHERE MetricName IN ('kafka.partition.current_offset', 'kafka.partition.oldest_offset',
    'kafka.consumer_group.offset', 'kafka.consumer_group.lag', 'kafka.consumer_group.members')
    AND isNotNull(figure);

CREATE TABLE IF NOT EXISTS span_metrics
(
    record_hash UInt64 COMMENT 'cityHash64 of record: its identity',
    trace_id String COMMENT 'Trace' CODEC(ZSTD(1)),
    agent_name LowCardinality(String) COMMENT 'Agent',
    event_time DateTime64(9, 'UTC') COMMENT 'Time, UTC, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    record String COMMENT 'JSON as it came' CODEC(ZSTD(3)),
    arrived_at DateTime64(9, 'UTC') COMMENT 'First arrival' CODEC(Delta(8), ZSTD(1)),
    version UInt64 MATERIALIZED bitNot(toUInt64(toUnixTimestamp64Nano(arrived_at))) COMMENT 'First arrival wins',
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY record_hash
TTL toDateTime(arrived_at) + INTERVAL 30 DAY
COMMENT 'Metric records of agent-telemetry-metrics; their numbers are in otel_metrics_gauge too';

CREATE MATERIALIZED VIEW IF NOT EXISTS span_metrics_from_records TO span_metrics AS
SELECT
    value_hash AS record_hash,
    JSONExtractString(value, 'trace_id') AS trace_id,
    JSONExtractString(value, 'agent_name') AS agent_name,
    least(greatest(
        ifNull(coalesce(parseDateTime64BestEffortOrNull(extract(JSONExtractString(value, 'timestamp'), '^(?:[1-9][0-9]{3}-|[0-9]{9}).*'), 9, 'UTC'), parseDateTime64BestEffortOrNull(extract(headers['timestamp'], '^(?:[1-9][0-9]{3}-|[0-9]{9}).*'), 9, 'UTC')), toDateTime64('2000-01-01 00:00:00', 9, 'UTC')),
        toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS event_time,
    value AS record,
    arrived_at
FROM decoded_records
WHERE is_object AND topic = 'agent-telemetry-metrics';

CREATE MATERIALIZED VIEW IF NOT EXISTS otel_metrics_gauge_from_span_metrics TO otel_metrics_gauge AS
SELECT
    cityHash64(record_hash) AS PointHash,
    concat('agent_telemetry.span.', figure.1) AS MetricName,
    JSONExtractString(record, 'service_name') AS ServiceName,
    mapFilter((k, v) -> v != '', map(
        'gen_ai.agent.name', agent_name,
        'gen_ai.agent.id', JSONExtractString(record, 'agent_id'),
        'trace_id', trace_id,
        'span_id', JSONExtractString(record, 'metrics', 'span_id'),
        'agent_telemetry.span.kind', JSONExtractString(record, 'metrics', 'span_kind')))::Map(LowCardinality(String), String) AS Attributes,
    event_time AS StartTimeUnix,
    event_time AS TimeUnix,
    event_time AS EventTime,
    toFloat64OrZero(figure.2) AS Value
FROM
(
    SELECT *, arrayJoin(arrayFilter(f -> isNotNull(toFloat64OrNull(f.2)), JSONExtractKeysAndValuesRaw(record, 'metrics'))) AS figure
    FROM span_metrics
);
