-- Queue records, and what they say about tasks.

CREATE TABLE IF NOT EXISTS agent_messages
(
    topic LowCardinality(String) COMMENT 'Kafka topic, agent-queue-<agent>',
    partition UInt32 COMMENT 'Kafka partition',
    offset UInt64 COMMENT 'Kafka offset',
    value_hash UInt64 COMMENT 'cityHash64 of body',
    message_id String COMMENT 'Id of the message; made from value_hash when the record has none' CODEC(ZSTD(1)),
    message_type LowCardinality(String) COMMENT 'task, result, error, heartbeat, cancel',
    source_agent LowCardinality(String) COMMENT 'Sender as it calls itself',
    target_agent LowCardinality(String) COMMENT 'Receiver as the sender calls it',
    source LowCardinality(String) COMMENT 'Sender in lower case, dashes for spaces',
    agent LowCardinality(String) COMMENT 'Owner of the queue: the topic without agent-queue-',
    priority LowCardinality(String) COMMENT 'low, normal, high, critical',
    parent_message_id String COMMENT 'The task that a result, error or cancel belongs to' CODEC(ZSTD(1)),
    cause_message_id String COMMENT 'Header: message being worked on when this one was sent' CODEC(ZSTD(1)),
    conversation_id String COMMENT 'Header: conversation' CODEC(ZSTD(1)),
    trace_id String COMMENT 'Trace of the body, else of the traceparent header' CODEC(ZSTD(1)),
    span_id String COMMENT 'Span of the body, else of the traceparent header' CODEC(ZSTD(1)),
    hop_count Nullable(UInt32) COMMENT 'Header: handoffs since the start of the conversation',
    attempt Nullable(UInt32) COMMENT 'Header: attempt, from 1',
    reason String COMMENT 'Why the work was handed over' CODEC(ZSTD(1)),
    timestamp String COMMENT 'Time of sending as it came' CODEC(ZSTD(1)),
    event_time DateTime64(9, 'UTC') COMMENT 'Time of sending, UTC, clamped to 2000..2100' CODEC(Delta(8), ZSTD(1)),
    ttl_seconds Nullable(Float64) COMMENT 'Time to live from event_time, s',
    oddities Array(LowCardinality(String)) COMMENT 'What is odd about the record; empty when nothing is',
    body String COMMENT 'The record as it came' CODEC(ZSTD(3)),
    payload String ALIAS JSONExtractRaw(body, 'payload') COMMENT 'payload of the body, JSON',
    preview String MATERIALIZED substringUTF8(toValidUTF8(JSONExtractRaw(body, 'payload')), 1, 200) COMMENT 'First 200 characters of payload, for lists' CODEC(ZSTD(1)),
    headers Map(LowCardinality(String), String) COMMENT 'Kafka headers that were kept' CODEC(ZSTD(1)),
    arrived_at DateTime64(9, 'UTC') COMMENT 'First arrival at the Collector' CODEC(Delta(8), ZSTD(1)),
    version UInt64 MATERIALIZED bitNot(toUInt64(toUnixTimestamp64Nano(arrived_at))) COMMENT 'First arrival wins',
    INDEX message_id_bloom message_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX event_time_minmax event_time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toISOWeek(event_time)
ORDER BY (toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
COMMENT 'Each record of the agents'' queues';

CREATE MATERIALIZED VIEW IF NOT EXISTS agent_messages_from_records TO agent_messages AS
WITH
    JSONExtract(value, 'Tuple(
        message_id Nullable(String), source_agent Nullable(String), target_agent Nullable(String),
        message_type Nullable(String), priority Nullable(String), trace_id Nullable(String),
        span_id Nullable(String), parent_message_id Nullable(String), reason Nullable(String),
        timestamp Nullable(String), ttl_seconds Nullable(String))') AS j,
    splitByChar('-', headers['traceparent']) AS traceparent,
    length(traceparent) = 4 AS has_context,
    substring(topic, 13) AS queue,
    replaceAll(lower(ifNull(j.target_agent, '')), ' ', '-') AS target,
    -- A time without a year would be read by the year of the wall clock: another one at a replay.
    multiIf(
        ifNull(j.timestamp, '') != '', parseDateTime64BestEffortOrNull(extract(j.timestamp, '^(?:[1-9][0-9]{3}-|[0-9]{9}).*'), 9, 'UTC'),
        headers['enqueued-ms'] != '', fromUnixTimestamp64Milli(least(greatest(toInt64OrNull(headers['enqueued-ms']), 0), 9000000000000), 'UTC')::Nullable(DateTime64(9, 'UTC')),
        parseDateTime64BestEffortOrNull(extract(headers['timestamp'], '^(?:[1-9][0-9]{3}-|[0-9]{9}).*'), 9, 'UTC')) AS sent
SELECT
    topic,
    partition,
    offset,
    value_hash,
    if(ifNull(j.message_id, '') = '', concat('record-', lower(hex(value_hash))), assumeNotNull(j.message_id)) AS message_id,
    ifNull(j.message_type, '') AS message_type,
    ifNull(j.source_agent, '') AS source_agent,
    ifNull(j.target_agent, '') AS target_agent,
    replaceAll(lower(source_agent), ' ', '-') AS source,
    queue AS agent,
    ifNull(j.priority, '') AS priority,
    ifNull(j.parent_message_id, '') AS parent_message_id,
    headers['cause-message-id'] AS cause_message_id,
    headers['conversation-id'] AS conversation_id,
    multiIf(ifNull(j.trace_id, '') != '', assumeNotNull(j.trace_id), has_context, traceparent[2], '') AS trace_id,
    multiIf(ifNull(j.span_id, '') != '', assumeNotNull(j.span_id), has_context, traceparent[3], '') AS span_id,
    toUInt32OrNull(headers['hop-count']) AS hop_count,
    toUInt32OrNull(headers['attempt']) AS attempt,
    ifNull(j.reason, '') AS reason,
    ifNull(j.timestamp, '') AS timestamp,
    if(isNull(sent), toDateTime64('2000-01-01 00:00:00', 9, 'UTC'),
        least(greatest(assumeNotNull(sent), toDateTime64('2000-01-01 00:00:00', 9, 'UTC')), toDateTime64('2100-01-01 00:00:00', 9, 'UTC'))) AS event_time,
    if(isFinite(toFloat64OrNull(j.ttl_seconds)), toFloat64OrNull(j.ttl_seconds), NULL) AS ttl_seconds,
    arrayFilter(o -> o != '', [
        if(ifNull(j.message_id, '') = '', 'message_id_missing', ''),
        if(message_type NOT IN ('task', 'result', 'error', 'heartbeat', 'cancel'), 'message_type_unknown', ''),
        if(priority NOT IN ('low', 'normal', 'high', 'critical', ''), 'priority_unknown', ''),
        if(source_agent = '', 'source_agent_missing', ''),
        if(target != queue, 'target_is_not_this_queue', ''),
        if(message_type IN ('result', 'error', 'cancel') AND parent_message_id = '', 'parent_message_id_missing', ''),
        if(isNull(sent), if(timestamp = '', 'timestamp_missing', 'timestamp_unreadable'), ''),
        if(sent < toDateTime64('2000-01-01 00:00:00', 9, 'UTC') OR sent > toDateTime64('2100-01-01 00:00:00', 9, 'UTC'), 'timestamp_out_of_range', ''),
        if(isNotNull(j.ttl_seconds) AND isNull(ttl_seconds), 'ttl_seconds_unreadable', '')]) AS oddities,
    value AS body,
    headers,
    arrived_at
FROM decoded_records
WHERE is_object AND startsWith(topic, 'agent-queue-');

CREATE TABLE IF NOT EXISTS tasks
(
    message_id String COMMENT 'Id of the task message',
    agent LowCardinality(String) COMMENT 'Owner of the queue the task was sent to',
    source LowCardinality(String) COMMENT 'Sender, normalised',
    priority LowCardinality(String) COMMENT 'low, normal, high, critical',
    conversation_id String COMMENT 'Header: conversation',
    cause_message_id String COMMENT 'Header: message being worked on when this one was sent',
    trace_id String COMMENT 'Trace',
    ttl_seconds Nullable(Float64) COMMENT 'Time to live, s',
    topic LowCardinality(String) COMMENT 'Kafka topic',
    partition UInt32 COMMENT 'Kafka partition',
    offset UInt64 COMMENT 'Kafka offset',
    value_hash UInt64 COMMENT 'With topic, partition and offset: the row of agent_messages',
    event_time DateTime64(9, 'UTC') COMMENT 'Time of sending' CODEC(Delta(8), ZSTD(1)),
    arrived_at DateTime64(9, 'UTC') COMMENT 'Arrival at the Collector' CODEC(Delta(8), ZSTD(1)),
    version UInt256 COMMENT 'The earliest record with this id wins, then the lowest offset, then the hash of its position',
    INDEX trace_id_bloom trace_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX event_time_minmax event_time TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY message_id
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 256
COMMENT 'Each task once, whatever its deliveries; its state at a time: view task_states';

CREATE MATERIALIZED VIEW IF NOT EXISTS tasks_from_messages TO tasks AS
SELECT
    message_id, agent, source, priority, conversation_id, cause_message_id, trace_id, ttl_seconds,
    topic, partition, offset, value_hash, event_time, arrived_at,
    bitOr(bitOr(
        bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 128),
        bitShiftLeft(toUInt256(bitNot(offset)), 64)),
        toUInt256(cityHash64(topic, partition, offset, value_hash))) AS version
FROM agent_messages
WHERE message_type = 'task';

CREATE TABLE IF NOT EXISTS task_answers
(
    parent_hash UInt64 COMMENT 'cityHash64 of parent_message_id: what joins are made by',
    parent_message_id String COMMENT 'The task answered',
    message_id String COMMENT 'Id of the answer',
    message_type LowCardinality(String) COMMENT 'result, error or cancel',
    source LowCardinality(String) COMMENT 'Who answered, normalised',
    topic LowCardinality(String) COMMENT 'Kafka topic of the answer',
    partition UInt32 COMMENT 'Kafka partition',
    offset UInt64 COMMENT 'Kafka offset',
    value_hash UInt64 COMMENT 'With topic, partition and offset: the row of agent_messages',
    event_time DateTime64(9, 'UTC') COMMENT 'Time of sending',
    arrived_at DateTime64(9, 'UTC') COMMENT 'First arrival at the Collector',
    version UInt64 MATERIALIZED bitNot(toUInt64(toUnixTimestamp64Nano(arrived_at))) COMMENT 'First arrival wins'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (parent_hash, parent_message_id, message_id, topic, partition, offset, value_hash)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 256
COMMENT 'Results, errors and cancels by the task that they answer; the first by event_time decides';

CREATE MATERIALIZED VIEW IF NOT EXISTS task_answers_from_messages TO task_answers AS
SELECT
    cityHash64(parent_message_id) AS parent_hash,
    parent_message_id, message_id, message_type, source, topic, partition, offset, value_hash, event_time, arrived_at
FROM agent_messages
WHERE message_type IN ('result', 'error', 'cancel') AND parent_message_id != '';

CREATE TABLE IF NOT EXISTS open_tasks
(
    message_id String COMMENT 'Id of the task message',
    agent LowCardinality(String) COMMENT 'Owner of the queue',
    source LowCardinality(String) COMMENT 'Sender, normalised',
    priority LowCardinality(String) COMMENT 'low, normal, high, critical',
    conversation_id String COMMENT 'Header: conversation',
    cause_message_id String COMMENT 'Header: message being worked on when this one was sent',
    trace_id String COMMENT 'Trace',
    ttl_seconds Nullable(Float64) COMMENT 'Time to live, s',
    topic LowCardinality(String) COMMENT 'Kafka topic',
    partition UInt32 COMMENT 'Kafka partition',
    offset UInt64 COMMENT 'Kafka offset',
    value_hash UInt64 COMMENT 'With topic, partition and offset: the row of agent_messages',
    event_time DateTime64(9, 'UTC') COMMENT 'Time of sending',
    arrived_at DateTime64(9, 'UTC') COMMENT 'Arrival at the Collector',
    body String COMMENT 'The task as it came' CODEC(ZSTD(3)),
    version UInt256 COMMENT 'As in tasks; an answer (is_deleted) beats every task',
    is_deleted UInt8 COMMENT '1: answered'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY message_id
SETTINGS allow_experimental_replacing_merge_with_cleanup = 1
COMMENT 'Tasks without an answer; the observer keeps it empty of answered ones. No TTL: an open task outlives retention';

CREATE MATERIALIZED VIEW IF NOT EXISTS open_tasks_from_tasks TO open_tasks AS
SELECT
    message_id, agent, source, priority, conversation_id, cause_message_id, trace_id, ttl_seconds,
    topic, partition, offset, value_hash, event_time, arrived_at, body,
    bitOr(bitOr(
        bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 128),
        bitShiftLeft(toUInt256(bitNot(offset)), 64)),
        toUInt256(cityHash64(topic, partition, offset, value_hash))) AS version,
    0 AS is_deleted
FROM agent_messages
WHERE message_type = 'task';

CREATE MATERIALIZED VIEW IF NOT EXISTS open_tasks_from_answers TO open_tasks AS
SELECT
    parent_message_id AS message_id,
    bitNot(toUInt256(0)) AS version,
    1 AS is_deleted
FROM agent_messages
WHERE message_type IN ('result', 'error', 'cancel') AND parent_message_id != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS records_decoded TO decoded_records AS
WITH
    -- What is no base64 is taken as it is.
    if(tryBase64Decode(Body) = '', Body, tryBase64Decode(Body)) AS decoded,
    -- Half a surrogate pair (a text cut within an emoji) is JSON by its grammar, and none to the parser.
    if(JSONType(decoded) = 'Object', decoded, replaceRegexpAll(decoded,
        '(\\\\u[dD][89abAB][0-9a-fA-F]{2}\\\\u[dD][c-fC-F][0-9a-fA-F]{2})|\\\\u[dD][89a-fA-F][0-9a-fA-F]{2}', '\\1')) AS mended
SELECT
    if(Timestamp BETWEEN toDateTime64('2000-01-01 00:00:00', 9, 'UTC') AND toDateTime64('2100-01-01 00:00:00', 9, 'UTC'), Timestamp, now64(9, 'UTC')) AS arrived_at,
    LogAttributes['kafka.topic'] AS topic,
    toUInt32OrZero(LogAttributes['kafka.partition']) AS partition,
    toUInt64OrZero(LogAttributes['kafka.offset']) AS offset,
    decoded AS raw,
    if(JSONType(mended) = 'Object', mended, decoded) AS value,
    cityHash64(decoded) AS value_hash,
    JSONType(mended) = 'Object' AS is_object,
    mapApply((k, v) -> (substring(k, 14), v), mapFilter((k, v) -> startsWith(k, 'kafka.header.'), LogAttributes)) AS headers
FROM landing_records;
