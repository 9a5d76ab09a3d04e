-- OTLP log records, and the events of both worlds.

CREATE TABLE IF NOT EXISTS otel_logs
(
    Identity UInt128 COMMENT 'event or error id when there is one, else hash of the content without Kafka position',
    Timestamp DateTime64(9, 'UTC') COMMENT 'Time as it came (observed time when the sender gives none)' CODEC(Delta(8), ZSTD(1)),
    EventTime DateTime64(9, 'UTC') COMMENT 'Timestamp, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    TraceId String COMMENT 'Trace' CODEC(ZSTD(1)),
    SpanId String COMMENT 'Span' CODEC(ZSTD(1)),
    TraceFlags UInt8 COMMENT 'W3C flags',
    SeverityText LowCardinality(String) COMMENT 'Severity as text',
    SeverityNumber UInt8 COMMENT 'Severity, 1 to 24',
    ServiceName LowCardinality(String) COMMENT 'service.name',
    Body String COMMENT 'Body' CODEC(ZSTD(1)),
    ResourceAttributes Map(LowCardinality(String), String) COMMENT 'Resource attributes, Kafka position removed' CODEC(ZSTD(1)),
    ScopeName LowCardinality(String) COMMENT 'Instrumentation scope',
    ScopeVersion LowCardinality(String) COMMENT 'Version of the scope',
    ScopeAttributes Map(LowCardinality(String), String) COMMENT 'Attributes of the scope' CODEC(ZSTD(1)),
    LogAttributes Map(LowCardinality(String), String) COMMENT 'Attributes of the record' CODEC(ZSTD(1)),
    EventName LowCardinality(String) COMMENT 'Name of the event; empty for a plain log line',
    Topic LowCardinality(String) COMMENT 'Kafka topic',
    Partition UInt32 COMMENT 'Kafka partition',
    Offset UInt64 COMMENT 'Kafka offset',
    ArrivedAt DateTime64(9, 'UTC') COMMENT 'First arrival' CODEC(Delta(8), ZSTD(1)),
    Version UInt256 MATERIALIZED bitOr(bitOr(
        bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(EventTime)))), 128),
        bitShiftLeft(toUInt256(cityHash64(Body, toString(LogAttributes))), 64)),
        toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(ArrivedAt))))) COMMENT 'The earliest event time wins, then the content by its hash, then the first arrival',
    INDEX TraceIdBloom TraceId TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX EventTimeMinMax EventTime TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(Version)
PARTITION BY toISOWeek(EventTime)
ORDER BY Identity
TTL toDateTime(ArrivedAt) + INTERVAL 14 DAY
COMMENT 'Each OTLP log record once';

CREATE MATERIALIZED VIEW IF NOT EXISTS otel_logs_from_otlp TO otel_logs AS
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
FROM landing_logs AS l;

CREATE MATERIALIZED VIEW IF NOT EXISTS otlp_records_from_logs TO otlp_records AS
SELECT
    l.ResourceAttributes['kafka.topic'] AS topic,
    toUInt32OrZero(l.ResourceAttributes['kafka.partition']) AS partition,
    toUInt64OrZero(l.ResourceAttributes['kafka.offset']) AS offset,
    'stored' AS outcome
FROM landing_logs AS l
GROUP BY topic, partition, offset;

CREATE TABLE IF NOT EXISTS events
(
    event_id String COMMENT 'Id of the event, or made from its content' CODEC(ZSTD(1)),
    trace_id String COMMENT 'Trace' CODEC(ZSTD(1)),
    span_id String COMMENT 'Span' CODEC(ZSTD(1)),
    event_type LowCardinality(String) COMMENT 'Type of the event, or the OTLP event name',
    severity LowCardinality(String) COMMENT 'debug, info, warning, error, critical',
    agent_id String COMMENT 'Agent id' CODEC(ZSTD(1)),
    agent_name LowCardinality(String) COMMENT 'Agent',
    message String COMMENT 'Text' CODEC(ZSTD(1)),
    message_id String COMMENT 'Message that a state event speaks of' CODEC(ZSTD(1)),
    data String COMMENT 'Data, JSON' CODEC(ZSTD(1)),
    timestamp String COMMENT 'Time as it came',
    event_time DateTime64(9, 'UTC') COMMENT 'Time, UTC, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    oddities Array(LowCardinality(String)) COMMENT 'What is odd about the record',
    record String COMMENT 'JSON as it came, for events of the JSON topic; else empty' CODEC(ZSTD(3)),
    arrived_at DateTime64(9, 'UTC') COMMENT 'First arrival' CODEC(Delta(8), ZSTD(1)),
    version UInt256 MATERIALIZED bitOr(bitOr(
        bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 128),
        bitShiftLeft(toUInt256(cityHash64(event_type, severity, message, data, record)), 64)),
        toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(arrived_at))))) COMMENT 'The earliest event time wins, then the content by its hash, then the first arrival',
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX message_id_bloom message_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX event_time_minmax event_time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY event_id
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 256
COMMENT 'Events of agent-telemetry-events and OTLP log records that have an event name';

CREATE MATERIALIZED VIEW IF NOT EXISTS events_from_records TO events AS
WITH
    JSONExtract(value, 'Tuple(event_id Nullable(String), trace_id Nullable(String), span_id Nullable(String),
        event_type Nullable(String), severity Nullable(String), agent_id Nullable(String), agent_name Nullable(String),
        message Nullable(String), data Nullable(String), timestamp Nullable(String))') AS j,
    coalesce(parseDateTime64BestEffortOrNull(extract(j.timestamp, '^(?:[1-9][0-9]{3}-|[0-9]{9}).*'), 9, 'UTC'), parseDateTime64BestEffortOrNull(extract(headers['timestamp'], '^(?:[1-9][0-9]{3}-|[0-9]{9}).*'), 9, 'UTC')) AS at_time
SELECT
    if(ifNull(j.event_id, '') = '', concat('record-', lower(hex(value_hash))), assumeNotNull(j.event_id)) AS event_id,
    ifNull(j.trace_id, '') AS trace_id,
    ifNull(j.span_id, '') AS span_id,
    ifNull(j.event_type, '') AS event_type,
    ifNull(j.severity, '') AS severity,
    ifNull(j.agent_id, '') AS agent_id,
    ifNull(j.agent_name, '') AS agent_name,
    ifNull(j.message, '') AS message,
    '' AS message_id,
    ifNull(j.data, '') AS data,
    ifNull(j.timestamp, '') AS timestamp,
    least(greatest(ifNull(at_time, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS event_time,
    arrayFilter(o -> o != '', [
        if(ifNull(j.event_id, '') = '', 'event_id_missing', ''),
        if(isNull(at_time), 'timestamp_unreadable', ''),
        if(at_time != event_time, 'timestamp_out_of_range', '')]) AS oddities,
    value AS record,
    arrived_at
FROM decoded_records
WHERE is_object AND topic = 'agent-telemetry-events';

CREATE MATERIALIZED VIEW IF NOT EXISTS events_from_logs TO events AS
SELECT
    if(LogAttributes['agent_telemetry.event.id'] != '', LogAttributes['agent_telemetry.event.id'], lower(hex(Identity))) AS event_id,
    TraceId AS trace_id,
    SpanId AS span_id,
    EventName AS event_type,
    multiIf(SeverityNumber >= 21, 'critical', SeverityNumber >= 17, 'error', SeverityNumber >= 13, 'warning', SeverityNumber >= 9 OR SeverityNumber = 0, 'info', 'debug') AS severity,
    LogAttributes['gen_ai.agent.id'] AS agent_id,
    LogAttributes['gen_ai.agent.name'] AS agent_name,
    if(EventName = 'exception', LogAttributes['exception.message'], Body) AS message,
    LogAttributes['messaging.message.id'] AS message_id,
    toJSONString(LogAttributes) AS data,
    toString(Timestamp) AS timestamp,
    EventTime AS event_time,
    if(EventTime != Timestamp, ['timestamp_out_of_range'], []) AS oddities,
    '' AS record,
    ArrivedAt AS arrived_at
FROM otel_logs
WHERE EventName != '';

CREATE TABLE IF NOT EXISTS task_events
(
    message_hash UInt64 COMMENT 'cityHash64 of message_id: what joins are made by',
    message_id String COMMENT 'The task',
    event_id String COMMENT 'The event',
    event_name LowCardinality(String) COMMENT 'agent_telemetry.task.claimed, .started, .heartbeat or .done, or process (a span)',
    agent_name LowCardinality(String) COMMENT 'Who says so',
    outcome LowCardinality(String) COMMENT 'Of done: completed, failed, cancelled',
    event_time DateTime64(9, 'UTC') COMMENT 'When',
    arrived_at DateTime64(9, 'UTC') COMMENT 'Arrival'
)
ENGINE = ReplacingMergeTree
ORDER BY (message_hash, message_id, event_id)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 256
COMMENT 'Signs that somebody works on a task: state events and process spans';

CREATE MATERIALIZED VIEW IF NOT EXISTS task_events_from_logs TO task_events AS
SELECT
    cityHash64(LogAttributes['messaging.message.id']) AS message_hash,
    LogAttributes['messaging.message.id'] AS message_id,
    if(LogAttributes['agent_telemetry.event.id'] != '', LogAttributes['agent_telemetry.event.id'], lower(hex(Identity))) AS event_id,
    EventName AS event_name,
    LogAttributes['gen_ai.agent.name'] AS agent_name,
    LogAttributes['agent_telemetry.task.outcome'] AS outcome,
    EventTime AS event_time,
    ArrivedAt AS arrived_at
FROM otel_logs
WHERE startsWith(EventName, 'agent_telemetry.task.') AND message_id != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS task_events_from_spans TO task_events AS
SELECT
    cityHash64(SpanAttributes['messaging.message.id']) AS message_hash,
    SpanAttributes['messaging.message.id'] AS message_id,
    SpanId AS event_id,
    'process' AS event_name,
    SpanAttributes['gen_ai.agent.name'] AS agent_name,
    '' AS outcome,
    EventTime AS event_time,
    ArrivedAt AS arrived_at
FROM otel_traces
WHERE SpanKind = 'Consumer' AND message_id != '';
