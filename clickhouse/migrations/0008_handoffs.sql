-- Who handed work to whom: handoff records, and every task that was sent.

CREATE TABLE IF NOT EXISTS handoffs
(
    message_id String COMMENT 'The task handed over; the handoff id when the record names none' CODEC(ZSTD(1)),
    handoff_id String COMMENT 'Id of the handoff record; the message id when there is none' CODEC(ZSTD(1)),
    trace_id String COMMENT 'Trace' CODEC(ZSTD(1)),
    source_agent_id String COMMENT 'Sender''s id' CODEC(ZSTD(1)),
    source_agent_name LowCardinality(String) COMMENT 'Sender',
    target_agent_id String COMMENT 'Receiver''s id' CODEC(ZSTD(1)),
    target_agent_name LowCardinality(String) COMMENT 'Receiver',
    reason String COMMENT 'Why' CODEC(ZSTD(1)),
    context String COMMENT 'Context, JSON' CODEC(ZSTD(1)),
    timestamp String COMMENT 'Time as it came',
    event_time DateTime64(9, 'UTC') COMMENT 'Time, UTC, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    record String COMMENT 'Handoff record as it came; empty when only the task is known' CODEC(ZSTD(3)),
    arrived_at DateTime64(9, 'UTC') COMMENT 'Arrival' CODEC(Delta(8), ZSTD(1)),
    version UInt256 COMMENT 'A handoff record wins over its task, then the earliest, then by hash',
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX event_time_minmax event_time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY message_id
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 256
COMMENT 'Each handoff once, by the message that carried it';

CREATE TABLE IF NOT EXISTS json_handoffs
(
    record String,
    header_timestamp String,
    arrived_at DateTime64(9, 'UTC')
)
ENGINE = Null
COMMENT 'In passing: handoffs of agent-telemetry-handoffs and those embedded in agent-telemetry-traces';

CREATE MATERIALIZED VIEW IF NOT EXISTS json_handoffs_from_records TO json_handoffs AS
SELECT value AS record, headers['timestamp'] AS header_timestamp, arrived_at
FROM decoded_records
WHERE is_object AND topic = 'agent-telemetry-handoffs';

CREATE MATERIALIZED VIEW IF NOT EXISTS json_handoffs_from_traces TO json_handoffs AS
SELECT arrayJoin(JSONExtractArrayRaw(value, 'handoffs')) AS record, '' AS header_timestamp, arrived_at
FROM decoded_records
WHERE is_object AND topic = 'agent-telemetry-traces' AND JSONType(record) = 'Object';

CREATE MATERIALIZED VIEW IF NOT EXISTS handoffs_from_json TO handoffs AS
WITH
    JSONExtract(h.record, 'Tuple(handoff_id Nullable(String), trace_id Nullable(String),
        source_agent_id Nullable(String), source_agent_name Nullable(String),
        target_agent_id Nullable(String), target_agent_name Nullable(String),
        reason Nullable(String), context Nullable(String), timestamp Nullable(String))') AS j,
    JSONExtractString(h.record, 'context', 'message_id') AS carried,
    coalesce(parseDateTime64BestEffortOrNull(extract(j.timestamp, '^(?:[1-9][0-9]{3}-|[0-9]{9}).*'), 9, 'UTC'), parseDateTime64BestEffortOrNull(extract(h.header_timestamp, '^(?:[1-9][0-9]{3}-|[0-9]{9}).*'), 9, 'UTC')) AS at_time
SELECT
    if(carried != '', carried, handoff_id) AS message_id,
    if(ifNull(j.handoff_id, '') = '', concat('record-', lower(hex(cityHash64(h.record)))), assumeNotNull(j.handoff_id)) AS handoff_id,
    ifNull(j.trace_id, '') AS trace_id,
    ifNull(j.source_agent_id, '') AS source_agent_id,
    ifNull(j.source_agent_name, '') AS source_agent_name,
    ifNull(j.target_agent_id, '') AS target_agent_id,
    ifNull(j.target_agent_name, '') AS target_agent_name,
    ifNull(j.reason, '') AS reason,
    ifNull(j.context, '') AS context,
    ifNull(j.timestamp, '') AS timestamp,
    least(greatest(ifNull(at_time, toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC')) AS event_time,
    h.record AS record,
    h.arrived_at AS arrived_at,
    bitOr(bitOr(
        bitShiftLeft(toUInt256(1), 128),
        bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 64)),
        toUInt256(cityHash64(h.record))) AS version
FROM json_handoffs AS h;

CREATE MATERIALIZED VIEW IF NOT EXISTS handoffs_from_messages TO handoffs AS
SELECT
    message_id,
    message_id AS handoff_id,
    trace_id,
    source AS source_agent_id,
    source_agent AS source_agent_name,
    agent AS target_agent_id,
    target_agent AS target_agent_name,
    reason,
    concat('{"message_id":', toJSONString(message_id), ',"queue_topic":', toJSONString(topic), ',"priority":', toJSONString(priority), '}') AS context,
    timestamp,
    event_time,
    '' AS record,
    arrived_at,
    bitOr(
        bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 64),
        toUInt256(value_hash)) AS version
FROM agent_messages
WHERE message_type = 'task';
