-- An insert of agents' messages costs less: it plans the views that messages can reach and no others,
-- a task is no longer copied as a handoff, and two pairs of views are one each.
-- New views come before the old ones go: what is inserted in between comes twice, with the same row keys.

CREATE TABLE IF NOT EXISTS landing_messages AS landing_records
ENGINE = Null
COMMENT 'Landing: records of the agents'' queues';

CREATE TABLE IF NOT EXISTS decoded_messages AS decoded_records
ENGINE = Null
COMMENT 'In passing: decoded records of the agents'' queues, read by the materialized views below';

CREATE MATERIALIZED VIEW IF NOT EXISTS agent_messages_from_queues TO agent_messages AS
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
FROM decoded_messages
WHERE is_object AND startsWith(topic, 'agent-queue-');

CREATE MATERIALIZED VIEW IF NOT EXISTS dead_letters_from_queues TO dead_letters AS
SELECT
    topic,
    partition,
    offset,
    value_hash,
    multiIf(
        is_object AND raw != d.value, 'half_surrogate',
        is_object, 'unknown_topic',
        isValidJSON(raw), 'not_an_object',
        'not_json') AS reason,
    raw AS value,
    headers,
    arrived_at
FROM decoded_messages AS d
-- Its row has the record without the half; here it is as it came.
WHERE NOT is_object OR raw != d.value OR NOT startsWith(topic, 'agent-queue-');

CREATE MATERIALIZED VIEW IF NOT EXISTS messages_decoded TO decoded_messages AS
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
FROM landing_messages;

-- A Collector of before has messages and JSON topics in one insert.
CREATE MATERIALIZED VIEW IF NOT EXISTS landing_messages_from_records TO landing_messages AS
SELECT * FROM landing_records
WHERE startsWith(LogAttributes['kafka.topic'], 'agent-queue-');

CREATE MATERIALIZED VIEW IF NOT EXISTS json_records_decoded TO decoded_records AS
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
FROM landing_records
WHERE NOT startsWith(LogAttributes['kafka.topic'], 'agent-queue-');

DROP VIEW IF EXISTS records_decoded;

DROP VIEW IF EXISTS agent_messages_from_records;

CREATE MATERIALIZED VIEW IF NOT EXISTS open_tasks_from_messages TO open_tasks AS
WITH message_type = 'task' AS is_task
SELECT
    if(is_task, m.message_id, m.parent_message_id) AS message_id,
    agent, source, priority,
    if(is_task, m.conversation_id, '') AS conversation_id,
    if(is_task, m.cause_message_id, '') AS cause_message_id,
    if(is_task, m.trace_id, '') AS trace_id,
    ttl_seconds, topic, partition, offset, value_hash, event_time, arrived_at,
    if(is_task, m.body, '') AS body,
    if(is_task, bitOr(bitOr(
        bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 128),
        bitShiftLeft(toUInt256(bitNot(offset)), 64)),
        toUInt256(cityHash64(topic, partition, offset, value_hash))), bitNot(toUInt256(0))) AS version,
    NOT is_task AS is_deleted
FROM agent_messages AS m
WHERE message_type = 'task' OR (message_type IN ('result', 'error', 'cancel') AND m.parent_message_id != '');

DROP VIEW IF EXISTS open_tasks_from_tasks;

DROP VIEW IF EXISTS open_tasks_from_answers;

CREATE MATERIALIZED VIEW IF NOT EXISTS agent_names_from_messages TO agent_names AS
SELECT
    called.1 AS agent,
    called.2 AS name,
    min(event_time) AS first_seen,
    max(event_time) AS last_seen,
    max(m.arrived_at) AS arrived_at
FROM agent_messages AS m
ARRAY JOIN [
    (source, source_agent),
    (m.agent, if(replaceAll(lower(target_agent), ' ', '-') = m.agent, target_agent, ''))] AS called
WHERE called.1 != ''
GROUP BY agent, name;

DROP VIEW IF EXISTS agent_names_from_senders;

DROP VIEW IF EXISTS agent_names_from_receivers;

-- A task is a handoff of its own: it is found among the messages, and kept once.
CREATE VIEW IF NOT EXISTS task_handoffs AS
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
    topic,
    partition,
    offset,
    value_hash,
    bitOr(
        bitShiftLeft(toUInt256(bitNot(toUInt64(toUnixTimestamp64Nano(event_time)))), 64),
        toUInt256(value_hash)) AS version
FROM agent_messages
WHERE message_type = 'task'
COMMENT 'Records of tasks as handoffs, each delivery; of one message the highest version counts, and a record in handoffs over it';

DROP VIEW IF EXISTS handoffs_from_messages;

ALTER TABLE handoffs MODIFY COMMENT 'Each handoff record once, by the message that carried it; tasks without one: view task_handoffs';

ALTER TABLE trace_handoffs MODIFY COMMENT 'Handoff records by their trace';

ALTER TABLE handoff_times MODIFY COMMENT 'Every version of each handoff record by its time; which one counts says handoffs';
