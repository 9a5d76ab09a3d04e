-- What came, in the order in which it became visible: for live streams, and for the observer,
-- which works out anew what the latest arrivals touch.
-- inserted_at is the server's clock in the insert, so it is never older than the last look by more
-- than an insert takes; a row that is delivered again comes again, with the same row_id.

CREATE TABLE IF NOT EXISTS arrivals
(
    inserted_at DateTime64(6, 'UTC') DEFAULT now64(6) COMMENT 'When ClickHouse got it' CODEC(Delta(8), ZSTD(1)),
    kind LowCardinality(String) COMMENT 'message, span, event, error, handoff (a record of one), trace_record or dead_letter',
    row_id UInt64 COMMENT 'The same for each delivery of the same version of a row' CODEC(ZSTD(1)),
    id String COMMENT 'message_id, span_id, event_id, error_id, handoff_id or trace_id' CODEC(ZSTD(1)),
    trace_id String COMMENT 'Trace' CODEC(ZSTD(1)),
    parent_id String COMMENT 'Of a message its parent_message_id, of a span its parent span, of an error its span, of an event or handoff the message it speaks of' CODEC(ZSTD(1)),
    agent LowCardinality(String) COMMENT 'Owner of the queue of a message, receiver of a handoff, else who did it; normalised',
    source LowCardinality(String) COMMENT 'Sender of a message or handoff, normalised',
    type LowCardinality(String) COMMENT 'message_type, kind of the span, event_type, error_type or reason of a dead letter',
    severity LowCardinality(String) COMMENT 'Of events and errors; of a failed span error',
    state LowCardinality(String) COMMENT 'Of spans: running, ended; of messages the priority',
    event_time DateTime64(9, 'UTC') COMMENT 'Its own time, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    preview String COMMENT 'First 200 characters of what it says' CODEC(ZSTD(1)),
    record String COMMENT 'JSON object as it came, or made from its columns, for live streams; empty when larger than 256 KiB' CODEC(ZSTD(1)),
    record_bytes UInt32 COMMENT 'Length of it, however large',
    topic LowCardinality(String) COMMENT 'Kafka topic',
    partition UInt32 COMMENT 'Kafka partition',
    offset UInt64 COMMENT 'Kafka offset'
)
ENGINE = MergeTree
PARTITION BY toDate(inserted_at)
ORDER BY (inserted_at, row_id)
TTL toDateTime(inserted_at) + INTERVAL 2 DAY
SETTINGS ttl_only_drop_parts = 1
COMMENT 'Everything that came within two days, in the order of its arrival; each delivery is a row';

CREATE MATERIALIZED VIEW IF NOT EXISTS arrivals_from_messages TO arrivals AS
SELECT
    'message' AS kind,
    cityHash64(topic, partition, offset, value_hash) AS row_id,
    message_id AS id,
    trace_id,
    parent_message_id AS parent_id,
    agent,
    source,
    message_type AS type,
    if(message_type = 'error', 'error', '') AS severity,
    priority AS state,
    event_time,
    if(reason != '', substringUTF8(toValidUTF8(reason), 1, 200), preview) AS preview,
    if(record_bytes > 262144, '', body) AS record,
    length(body) AS record_bytes,
    topic,
    partition,
    offset
FROM agent_messages;

CREATE MATERIALIZED VIEW IF NOT EXISTS arrivals_from_spans TO arrivals AS
SELECT
    'span' AS kind,
    cityHash64(TraceId, SpanId, Version) AS row_id,
    SpanId AS id,
    TraceId AS trace_id,
    ParentSpanId AS parent_id,
    replaceAll(lower(splitByChar(':', AgentName)[1]), ' ', '-') AS agent,
    '' AS source,
    AgentSpanKind AS type,
    if(StatusCode = 'Error', 'error', '') AS severity,
    if(Ended, 'ended', 'running') AS state,
    EventTime AS event_time,
    substringUTF8(toValidUTF8(if(StatusMessage != '', concat(SpanName, ': ', StatusMessage), SpanName)), 1, 200) AS preview,
    concat('{"name":', toJSONString(SpanName), ',"agent_name":', toJSONString(AgentName), ',"service_name":', toJSONString(ServiceName),
        ',"model_name":', toJSONString(Model), ',"duration_ms":',
        ifNull(toString((toUnixTimestamp64Nano(EndTimestamp) - toUnixTimestamp64Nano(Timestamp)) / 1e6), 'null'), '}') AS record,
    length(record) AS record_bytes,
    Topic AS topic,
    Partition AS partition,
    Offset AS offset
FROM otel_traces
WHERE ServiceName != 'agent-telemetry-query';

CREATE MATERIALIZED VIEW IF NOT EXISTS arrivals_from_events TO arrivals AS
WITH
    if(e.record != '', e.record, concat('{"event_id":', toJSONString(event_id), ',"trace_id":', toJSONString(trace_id),
        ',"span_id":', if(span_id = '', 'null', toJSONString(span_id)), ',"event_type":', toJSONString(event_type),
        ',"severity":', toJSONString(severity), ',"agent_id":', if(agent_id = '', 'null', toJSONString(agent_id)),
        ',"agent_name":', if(agent_name = '', 'null', toJSONString(agent_name)), ',"message":', toJSONString(message),
        ',"data":', if(data = '', '{}', data), '}')) AS whole
SELECT
    'event' AS kind,
    cityHash64(event_id, event_time, event_type, message, data, e.record) AS row_id,
    event_id AS id,
    trace_id,
    message_id AS parent_id,
    replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS agent,
    event_type AS type,
    severity,
    event_time,
    substringUTF8(toValidUTF8(message), 1, 200) AS preview,
    if(record_bytes > 262144, '', whole) AS record,
    length(whole) AS record_bytes
FROM events AS e;

CREATE MATERIALIZED VIEW IF NOT EXISTS arrivals_from_errors TO arrivals AS
SELECT
    'error' AS kind,
    cityHash64(error_id, origin, event_time, r.record) AS row_id,
    error_id AS id,
    trace_id,
    span_id AS parent_id,
    replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS agent,
    error_type AS type,
    severity,
    event_time,
    substringUTF8(toValidUTF8(error_message), 1, 200) AS preview,
    if(record_bytes > 262144, '', r.record) AS record,
    length(r.record) AS record_bytes
FROM error_reports AS r;

CREATE MATERIALIZED VIEW IF NOT EXISTS arrivals_from_handoffs TO arrivals AS
SELECT
    'handoff' AS kind,
    cityHash64(handoff_id, event_time, h.record) AS row_id,
    handoff_id AS id,
    trace_id,
    message_id AS parent_id,
    replaceAll(lower(target_agent_name), ' ', '-') AS agent,
    replaceAll(lower(source_agent_name), ' ', '-') AS source,
    'handoff' AS type,
    event_time,
    substringUTF8(toValidUTF8(reason), 1, 200) AS preview,
    if(record_bytes > 262144, '', h.record) AS record,
    length(h.record) AS record_bytes
FROM handoffs AS h
WHERE h.record != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS arrivals_from_trace_records TO arrivals AS
SELECT
    'trace_record' AS kind,
    cityHash64(trace_id, version) AS row_id,
    trace_id AS id,
    trace_id,
    status AS state,
    event_time,
    substringUTF8(toValidUTF8(user_input), 1, 200) AS preview,
    topic,
    partition,
    offset
FROM trace_records;

CREATE MATERIALIZED VIEW IF NOT EXISTS arrivals_from_dead_letters TO arrivals AS
SELECT
    'dead_letter' AS kind,
    cityHash64(topic, partition, offset, value_hash) AS row_id,
    concat(topic, '/', toString(partition), '/', toString(offset)) AS id,
    reason AS type,
    'warning' AS severity,
    arrived_at AS event_time,
    substringUTF8(toValidUTF8(value), 1, 200) AS preview,
    topic,
    partition,
    offset
FROM dead_letters;
