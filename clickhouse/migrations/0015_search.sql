-- One box for everything: ids by their beginnings, and the words of messages and spans.

CREATE TABLE IF NOT EXISTS search_ids
(
    id String COMMENT 'Id of the thing' CODEC(ZSTD(1)),
    kind LowCardinality(String) COMMENT 'message, span, trace, error, event, handoff or session',
    trace_id String COMMENT 'Its trace' CODEC(ZSTD(1)),
    resource_id String COMMENT 'Id by which REST knows it, when that is another' CODEC(ZSTD(1)),
    title LowCardinality(String) COMMENT 'What it is, 200 characters at most',
    agent LowCardinality(String) COMMENT 'Agent, normalised',
    event_time DateTime('UTC') COMMENT 'Its time, clamped to 2000..2100' CODEC(ZSTD(1)),
    arrived_at DateTime('UTC') COMMENT 'Arrival' CODEC(ZSTD(1)),
    version UInt256 COMMENT 'Of a span as in span_outlines; else the earliest to the nanosecond wins, then the content by its hash' CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (id, kind, trace_id)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 512
COMMENT 'Every id in the order of the alphabet, to find a thing by its id or the first characters of it';

CREATE MATERIALIZED VIEW IF NOT EXISTS search_ids_from_messages TO search_ids AS
SELECT
    message_id AS id,
    'message' AS kind,
    trace_id,
    parent_message_id AS resource_id,
    substringUTF8(concat(message_type, ' ', source_agent, ' → ', target_agent), 1, 200) AS title,
    agent,
    event_time,
    arrived_at,
    bitOr(bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 64), toUInt256(cityHash64(title, agent, resource_id))) AS version
FROM agent_messages;

CREATE MATERIALIZED VIEW IF NOT EXISTS search_ids_from_spans TO search_ids AS
SELECT
    span_id AS id,
    'span' AS kind,
    trace_id,
    substringUTF8(name, 1, 200) AS title,
    replaceAll(lower(agent_name), ' ', '-') AS agent,
    event_time,
    arrived_at,
    version
FROM span_outlines;

CREATE MATERIALIZED VIEW IF NOT EXISTS search_ids_from_traces TO search_ids AS
SELECT
    trace_id AS id,
    'trace' AS kind,
    trace_id,
    substringUTF8(name, 1, 200) AS title,
    replaceAll(lower(agent_name), ' ', '-') AS agent,
    event_time,
    arrived_at,
    bitOr(bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 192), bitShiftRight(s.version, 64)) AS version
FROM span_outlines AS s
WHERE trace_id != ''
ORDER BY version DESC
LIMIT 1 BY trace_id;

CREATE MATERIALIZED VIEW IF NOT EXISTS search_ids_from_trace_records TO search_ids AS
SELECT
    trace_id AS id,
    'trace' AS kind,
    trace_id,
    'trace' AS title,
    replaceAll(lower(JSONExtractString(record, 'root_agent_name')), ' ', '-') AS agent,
    event_time,
    arrived_at,
    bitOr(bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 64), toUInt256(cityHash64(title, agent))) AS version
FROM trace_records;

CREATE MATERIALIZED VIEW IF NOT EXISTS search_ids_from_sessions TO search_ids AS
SELECT
    conversation_id AS id,
    'session' AS kind,
    '' AS trace_id,
    'session' AS title,
    replaceAll(lower(agent_name), ' ', '-') AS agent,
    event_time,
    arrived_at,
    bitOr(bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 192), bitShiftRight(s.version, 64)) AS version
FROM span_outlines AS s
WHERE conversation_id != ''
ORDER BY version DESC
LIMIT 1 BY conversation_id;

CREATE MATERIALIZED VIEW IF NOT EXISTS search_ids_from_session_records TO search_ids AS
SELECT
    JSONExtractString(record, 'session_id') AS id,
    'session' AS kind,
    '' AS trace_id,
    'session' AS title,
    replaceAll(lower(JSONExtractString(record, 'root_agent_name')), ' ', '-') AS agent,
    event_time,
    arrived_at,
    bitOr(bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 64), toUInt256(cityHash64(title, agent))) AS version
FROM trace_records
WHERE id != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS search_ids_from_errors TO search_ids AS
SELECT
    error_id AS id,
    'error' AS kind,
    trace_id,
    substringUTF8(error_type, 1, 200) AS title,
    replaceAll(lower(agent_name), ' ', '-') AS agent,
    event_time,
    arrived_at,
    bitOr(bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 64), toUInt256(cityHash64(title, agent))) AS version
FROM error_reports;

CREATE MATERIALIZED VIEW IF NOT EXISTS search_ids_from_events TO search_ids AS
SELECT
    event_id AS id,
    'event' AS kind,
    trace_id,
    substringUTF8(event_type, 1, 200) AS title,
    replaceAll(lower(agent_name), ' ', '-') AS agent,
    event_time,
    arrived_at,
    bitOr(bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 64), toUInt256(cityHash64(title, agent))) AS version
FROM events;

CREATE MATERIALIZED VIEW IF NOT EXISTS search_ids_from_handoffs TO search_ids AS
SELECT
    handoff_id AS id,
    'handoff' AS kind,
    trace_id,
    message_id AS resource_id,
    substringUTF8(concat(source_agent_name, ' → ', target_agent_name), 1, 200) AS title,
    replaceAll(lower(target_agent_name), ' ', '-') AS agent,
    event_time,
    arrived_at,
    bitOr(bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 64), toUInt256(cityHash64(title, agent, resource_id))) AS version
FROM handoffs
WHERE record != '';

-- Words in lower case; what stands between them is no word.
ALTER TABLE agent_messages
    ADD COLUMN IF NOT EXISTS search_text String ALIAS lowerUTF8(concat(reason, ' ', JSONExtractRaw(body, 'payload'))) COMMENT 'What /search looks for words in: reason and payload, in lower case',
    ADD INDEX IF NOT EXISTS search_words search_text TYPE text(tokenizer = splitByNonAlpha);

ALTER TABLE span_outlines
    ADD COLUMN IF NOT EXISTS search_text String ALIAS lowerUTF8(concat(name, ' ', error_message, ' ', user_input, ' ', response)) COMMENT 'What /search looks for words in, in lower case',
    ADD INDEX IF NOT EXISTS search_words search_text TYPE text(tokenizer = splitByNonAlpha);

-- What an operator made up (/api/v1/debug) says so in its record.
ALTER TABLE events ADD COLUMN IF NOT EXISTS simulated Bool ALIAS JSONExtractBool(record, 'simulated') COMMENT 'Made up by an operator through /api/v1/debug';
ALTER TABLE handoffs ADD COLUMN IF NOT EXISTS simulated Bool ALIAS JSONExtractBool(record, 'simulated') COMMENT 'Made up by an operator through /api/v1/debug';
ALTER TABLE trace_records ADD COLUMN IF NOT EXISTS simulated Bool ALIAS JSONExtractBool(record, 'simulated') COMMENT 'Made up by an operator through /api/v1/debug';
ALTER TABLE otel_traces ADD COLUMN IF NOT EXISTS Simulated Bool ALIAS JSONExtractBool(Record, 'simulated') COMMENT 'Made up by an operator through /api/v1/debug';
