-- Where the records of each message are, and counts of messages, for answers that must not read
-- everything that was ever sent. The observer counts; what came since its last run is counted live.

DROP VIEW IF EXISTS queue_counts;

DROP TABLE IF EXISTS queue_counts_hourly;

CREATE TABLE IF NOT EXISTS message_index
(
    id_hash UInt64 COMMENT 'cityHash64 of message_id',
    topic LowCardinality(String) COMMENT 'Kafka topic',
    partition UInt32 COMMENT 'Kafka partition',
    offset UInt64 COMMENT 'Kafka offset' CODEC(ZSTD(1)),
    value_hash UInt64 COMMENT 'With the others: the row of agent_messages',
    event_time DateTime64(9, 'UTC') COMMENT 'Time of sending' CODEC(ZSTD(1)),
    agent LowCardinality(String) COMMENT 'Owner of the queue',
    source LowCardinality(String) COMMENT 'Sender, normalised',
    message_type LowCardinality(String) COMMENT 'task, result, error, heartbeat, cancel',
    priority LowCardinality(String) COMMENT 'low, normal, high, critical',
    place UInt64 ALIAS bitNot(cityHash64(topic, partition, offset, value_hash)) COMMENT 'Of the records of a message with the same event_time and offset the lowest place is the first',
    arrived_at DateTime('UTC') COMMENT 'First arrival' CODEC(ZSTD(1)),
    version UInt32 MATERIALIZED bitNot(toUInt32(arrived_at)) COMMENT 'First arrival wins'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (id_hash, topic, partition, offset, value_hash)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 256
COMMENT 'Records of agent_messages by their message: (toStartOfFiveMinutes(event_time), topic, partition, offset, value_hash) is the row there';

CREATE MATERIALIZED VIEW IF NOT EXISTS message_index_from_messages TO message_index AS
SELECT
    cityHash64(message_id) AS id_hash,
    topic, partition, offset, value_hash, event_time, agent, source, message_type, priority, arrived_at
FROM agent_messages;

CREATE TABLE IF NOT EXISTS message_repeats
(
    bucket DateTime('UTC') COMMENT 'Five minutes of event_time',
    topic LowCardinality(String) COMMENT 'Kafka topic',
    partition UInt32 COMMENT 'Kafka partition',
    offset UInt64 COMMENT 'Kafka offset',
    value_hash UInt64 COMMENT 'With the others: the row of agent_messages',
    computed_at DateTime64(3, 'UTC') COMMENT 'When it was found; the latest wins'
)
ENGINE = ReplacingMergeTree(computed_at)
ORDER BY (bucket, topic, partition, offset, value_hash)
TTL toDateTime(computed_at) + INTERVAL 14 DAY
COMMENT 'Records whose message has an earlier record: deliveries that are no further message. A record that is one stays one';

CREATE TABLE IF NOT EXISTS answered_tasks
(
    event_time DateTime64(9, 'UTC') COMMENT 'Time of sending of the task' CODEC(Delta(8), ZSTD(1)),
    message_hash UInt64 COMMENT 'cityHash64 of message_id',
    message_id String COMMENT 'Id of the task message' CODEC(ZSTD(1)),
    agent LowCardinality(String) COMMENT 'Owner of the queue the task was sent to',
    source LowCardinality(String) COMMENT 'Sender of the task, normalised',
    priority LowCardinality(String) COMMENT 'low, normal, high, critical',
    topic LowCardinality(String) COMMENT 'Kafka topic of the task',
    partition UInt32 COMMENT 'Kafka partition of the task',
    offset UInt64 COMMENT 'Kafka offset of the task' CODEC(ZSTD(1)),
    value_hash UInt64 COMMENT 'With the others: the row of agent_messages',
    outcome LowCardinality(String) COMMENT 'completed, failed or cancelled: what the first answer says',
    answered_at DateTime64(9, 'UTC') COMMENT 'event_time of the first answer' CODEC(Delta(8), ZSTD(1)),
    answered_by LowCardinality(String) COMMENT 'Who sent the first answer, normalised',
    answers UInt32 COMMENT 'Answers in all',
    computed_at DateTime64(3, 'UTC') COMMENT 'When it was written; the latest wins',
    is_deleted UInt8 COMMENT '1: another record of the task is the first',
    INDEX answered_at_minmax answered_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(computed_at, is_deleted)
PARTITION BY toISOWeek(event_time)
ORDER BY (toStartOfFiveMinutes(event_time), event_time, message_hash)
TTL toDateTime(computed_at) + INTERVAL 14 DAY
SETTINGS index_granularity = 1024
COMMENT 'Each task that was answered, by its time of sending, with its first answer, as of the observer''s last run';

CREATE TABLE IF NOT EXISTS queue_counts
(
    seconds UInt32 COMMENT 'Length of the bucket: 300, 3600 or 86400',
    bucket DateTime('UTC') COMMENT 'Start of the bucket of event_time',
    side Enum8('queue' = 1, 'sender' = 2) COMMENT 'queue: agent is the owner of the queue; sender: agent sent them',
    agent LowCardinality(String) COMMENT 'Owner of the queue, or sender; normalised',
    message_type LowCardinality(String) COMMENT 'task, result, error, heartbeat, cancel',
    priority LowCardinality(String) COMMENT 'low, normal, high, critical',
    messages UInt64 COMMENT 'Messages first sent in this bucket: each message is counted in one bucket of a length',
    deliveries UInt64 COMMENT 'Records sent in this bucket, those of a message sent before too',
    first_time DateTime64(9, 'UTC') COMMENT 'Earliest event_time',
    last_time DateTime64(9, 'UTC') COMMENT 'Latest event_time',
    computed_at DateTime64(3, 'UTC') COMMENT 'When it was counted; the latest wins'
)
ENGINE = ReplacingMergeTree(computed_at)
ORDER BY (seconds, bucket, side, agent, message_type, priority)
TTL toDateTime(computed_at) + INTERVAL 14 DAY
COMMENT 'Counts of messages by five minutes, hours and days, as of the observer''s last run';

CREATE TABLE IF NOT EXISTS kafka_latest
(
    metric LowCardinality(String) COMMENT 'As in kafka_offsets',
    topic LowCardinality(String) COMMENT 'Topic; empty for members of a group as a whole',
    partition Int32 COMMENT 'Partition; -1 for members',
    consumer_group LowCardinality(String) COMMENT 'Consumer group; empty for partition figures',
    observed_at DateTime64(9, 'UTC') COMMENT 'When it was observed last',
    value Int64 COMMENT 'Offset, lag or number of members',
    arrived_at DateTime64(3, 'UTC') COMMENT 'Latest arrival'
)
ENGINE = ReplacingMergeTree(observed_at)
ORDER BY (metric, topic, partition, consumer_group)
TTL toDateTime(arrived_at) + INTERVAL 14 DAY
COMMENT 'The last figure of each series of kafka_offsets';

CREATE MATERIALIZED VIEW IF NOT EXISTS kafka_latest_from_offsets TO kafka_latest AS
SELECT metric, topic, partition, consumer_group, observed_at, value, arrived_at
FROM kafka_offsets
WHERE NOT startsWith(consumer_group, 'agent-telemetry-');

-- Thousands of open tasks are shown at once: taking each apart then would cost more than all else.
ALTER TABLE open_tasks ADD COLUMN IF NOT EXISTS listed String MATERIALIZED multiIf(
    is_deleted = 1, '',
    countSubstrings(body, '[') + countSubstrings(body, '{') > 200 AND arrayMax(arrayCumSum(arrayMap(
        b -> if(b IN ('[', '{'), 1, -1), extractAll(replaceRegexpAll(body, '"(?:[^"\\\\]|\\\\.)*"', ''), '[\\[\\]{}]')))) > 200,
        concat(', "record": ', toJSONString(toValidUTF8(body)), '}'),
    length(body) > 200 AND lengthUTF8(JSONExtractRaw(body, 'payload')) > 200,
        concat(
            ', "payload": null, "payload_preview": ', toJSONString(substringUTF8(toValidUTF8(JSONExtractRaw(body, 'payload')), 1, 200)),
            arrayStringConcat(arrayMap(f -> concat(', ', toJSONString(f.1), ': ', toValidUTF8(f.2)), arrayFilter(f -> f.1 != 'payload', JSONExtractKeysAndValuesRaw(body)))), '}'),
    startsWith(trimBoth(substring(body, position(body, '{') + 1)), '}'), '}',
    concat(', ', toValidUTF8(trimBoth(substring(body, position(body, '{') + 1)))))
    COMMENT 'Its fields as JSON for lists: after what stands beside them, to the closing brace; a long payload cut to 200 characters' CODEC(ZSTD(1));

CREATE VIEW IF NOT EXISTS topics_now AS
WITH (SELECT max(observed_at) FROM kafka_latest WHERE metric = 'kafka.consumer_group.offset') AS newest
SELECT
    topic,
    -- A group that has not been seen for a day is gone.
    groupUniqArrayIf(consumer_group, metric = 'kafka.consumer_group.offset' AND k.observed_at > newest - INTERVAL 1 DAY) AS groups,
    minMapIf(map(partition, value), metric = 'kafka.consumer_group.offset' AND k.observed_at > newest - INTERVAL 1 DAY) AS lowest,
    sumMapIf(map(partition, 1), metric = 'kafka.consumer_group.offset' AND k.observed_at > newest - INTERVAL 1 DAY) AS committing,
    minMapIf(map(partition, value), metric = 'kafka.partition.oldest_offset') AS oldest,
    sumMapIf(map(consumer_group, value), metric = 'kafka.consumer_group.lag' AND k.observed_at > newest - INTERVAL 1 DAY) AS lag,
    maxMapIf(map(consumer_group, value), metric = 'kafka.consumer_group.members') AS members,
    max(k.observed_at) AS observed_at
FROM kafka_latest AS k FINAL
GROUP BY topic
COMMENT 'Each topic as last seen in Kafka: who commits and reads there; under the empty topic the members of groups as a whole';

CREATE VIEW IF NOT EXISTS open_task_states AS
WITH
    -- A task that came before then, and is still open, has no answer: the observer looked.
    (SELECT max(since) FROM observer_progress WHERE job = 'open_tasks') AS looked_at,
    looked_at < now64(6, 'UTC') - INTERVAL 36 HOUR AS is_behind
SELECT
    c.message_id AS message_id,
    c.agent AS agent,
    c.source AS source,
    c.priority AS priority,
    c.conversation_id AS conversation_id,
    c.cause_message_id AS cause_message_id,
    c.trace_id AS trace_id,
    c.topic AS topic,
    c.partition AS partition,
    c.offset AS offset,
    c.value_hash AS value_hash,
    c.event_time AS event_time,
    c.ttl_seconds AS ttl_seconds,
    c.body AS body,
    c.listed AS listed,
    if(isNull(c.ttl_seconds), NULL, fromUnixTimestamp64Nano(toUnixTimestamp64Nano(c.event_time) + toInt64(least(greatest(c.ttl_seconds, 0), 1e9) * 1e9), 'UTC')) AS expires_at,
    notEmpty(arrayFilter(s -> s.2 != 'process' OR s.3 = c.agent OR s.3 = '', signs.seen) AS own_signs) AS has_sign,
    transform(concat(c.topic, '/', toString(c.partition)), {places:Array(String)}, {passed:Array(Int64)}, toInt64(0)) > c.offset AS is_consumed,
    multiIf(
        expires_at <= {now:DateTime64(9, 'UTC')}, 'expired',
        has_sign OR is_consumed, 'in_progress',
        transform(c.topic, {topics:Array(String)}, {waits:Array(String)}, 'unknown')) AS state,
    if((transform(concat(c.topic, '/', toString(c.partition)), {places:Array(String)}, {begins:Array(Int64)}, toInt64(-1)) AS begin) < 0,
        NULL, greatest(0, toInt64(c.offset) - begin)) AS behind,
    if(has_sign, arrayMin(s -> s.1, own_signs), NULL) AS claimed_at,
    if(has_sign, arrayMax(s -> s.1, own_signs), NULL) AS last_sign_at
FROM
(
    SELECT * EXCEPT (arrived_at, version, is_deleted), listed
    FROM open_tasks FINAL
    WHERE is_deleted = 0 AND cityHash64(message_id) NOT IN (
        SELECT parent_hash
        FROM task_answers
        WHERE is_behind OR parent_hash IN (
            SELECT cityHash64(id) FROM arrivals WHERE kind = 'message' AND type = 'task' AND inserted_at >= looked_at))
) AS c
LEFT JOIN
(
    SELECT
        message_hash,
        groupArray((event_time, event_name, replaceAll(lower(agent_name), ' ', '-'))) AS seen
    FROM task_events
    WHERE message_hash IN (SELECT cityHash64(message_id) FROM open_tasks FINAL WHERE is_deleted = 0)
    GROUP BY message_hash
) AS signs ON signs.message_hash = cityHash64(c.message_id)
COMMENT 'Each task without an answer, with its state; open_task_states(now, and what was seen in Kafka: for places topic/partition the offsets that all groups have passed and where what is not consumed begins, for topics how a task waits there: queued or lost)';

CREATE VIEW IF NOT EXISTS topics_at AS
SELECT
    topic,
    groupUniqArrayIf(consumer_group, metric = 'kafka.consumer_group.offset') AS groups,
    minMapIf(map(partition, latest), metric = 'kafka.consumer_group.offset') AS lowest,
    sumMapIf(map(partition, 1), metric = 'kafka.consumer_group.offset') AS committing,
    minMapIf(map(partition, latest), metric = 'kafka.partition.oldest_offset') AS oldest,
    sumMapIf(map(consumer_group, latest), metric = 'kafka.consumer_group.lag') AS lag,
    maxMapIf(map(consumer_group, latest), metric = 'kafka.consumer_group.members') AS members,
    max(seen_at) AS observed_at
FROM
(
    SELECT metric, topic, partition, consumer_group, argMax(value, k.observed_at) AS latest, max(k.observed_at) AS seen_at
    FROM kafka_offsets AS k
    WHERE k.observed_at <= {at:DateTime64(9, 'UTC')} AND k.observed_at > {at:DateTime64(9, 'UTC')} - INTERVAL 1 DAY
        AND NOT startsWith(consumer_group, 'agent-telemetry-')
    GROUP BY metric, topic, partition, consumer_group
)
GROUP BY topic
COMMENT 'Each topic as last seen in Kafka within the day before a time; as topics_now; topics_at(at)';

CREATE VIEW IF NOT EXISTS open_task_states_at AS
WITH
    (SELECT max(since) FROM observer_progress WHERE job = 'rollups') AS looked_at,
    looked_at < now64(6, 'UTC') - INTERVAL 36 HOUR AS is_behind,
    -- Open now, answered since that time, or something came for it since the observer's last run.
    candidates AS
    (
        SELECT message_id FROM open_tasks FINAL WHERE is_deleted = 0 AND event_time <= {at:DateTime64(9, 'UTC')}
        UNION ALL
        SELECT message_id FROM answered_tasks FINAL
        WHERE event_time <= {at:DateTime64(9, 'UTC')} AND answered_at > {at:DateTime64(9, 'UTC')}
        UNION ALL
        SELECT if(type = 'task', id, parent_id) FROM arrivals WHERE kind = 'message' AND inserted_at >= looked_at
    )
SELECT
    c.message_id AS message_id,
    c.agent AS agent,
    c.source AS source,
    c.priority AS priority,
    c.conversation_id AS conversation_id,
    c.cause_message_id AS cause_message_id,
    c.trace_id AS trace_id,
    c.topic AS topic,
    c.partition AS partition,
    c.offset AS offset,
    c.value_hash AS value_hash,
    c.event_time AS event_time,
    c.ttl_seconds AS ttl_seconds,
    if(isNull(c.ttl_seconds), NULL, fromUnixTimestamp64Nano(toUnixTimestamp64Nano(c.event_time) + toInt64(least(greatest(c.ttl_seconds, 0), 1e9) * 1e9), 'UTC')) AS expires_at,
    notEmpty(arrayFilter(s -> s.2 != 'process' OR s.3 = c.agent OR s.3 = '', signs.seen) AS own_signs) AS has_sign,
    transform(concat(c.topic, '/', toString(c.partition)), {places:Array(String)}, {passed:Array(Int64)}, toInt64(0)) > c.offset AS is_consumed,
    multiIf(
        expires_at <= {at:DateTime64(9, 'UTC')}, 'expired',
        has_sign OR is_consumed, 'in_progress',
        transform(c.topic, {topics:Array(String)}, {waits:Array(String)}, 'unknown')) AS state,
    if((transform(concat(c.topic, '/', toString(c.partition)), {places:Array(String)}, {begins:Array(Int64)}, toInt64(-1)) AS begin) < 0,
        NULL, greatest(0, toInt64(c.offset) - begin)) AS behind,
    if(has_sign, arrayMin(s -> s.1, own_signs), NULL) AS claimed_at,
    if(has_sign, arrayMax(s -> s.1, own_signs), NULL) AS last_sign_at
FROM
(
    SELECT * EXCEPT (arrived_at, version)
    FROM tasks FINAL
    WHERE event_time <= {at:DateTime64(9, 'UTC')} AND (is_behind OR message_id IN candidates)
        AND cityHash64(message_id) NOT IN (
            SELECT parent_hash FROM task_answers
            WHERE event_time <= {at:DateTime64(9, 'UTC')}
                AND (is_behind OR parent_hash IN (SELECT cityHash64(message_id) FROM candidates)))
) AS c
LEFT JOIN
(
    SELECT
        message_hash,
        groupArray((event_time, event_name, replaceAll(lower(agent_name), ' ', '-'))) AS seen
    FROM task_events
    WHERE event_time <= {at:DateTime64(9, 'UTC')}
        AND (is_behind OR message_hash IN (SELECT cityHash64(message_id) FROM candidates))
    GROUP BY message_hash
) AS signs ON signs.message_hash = cityHash64(c.message_id)
COMMENT 'Each task that had no answer at a time, with its state then; open_task_states_at(at, and as for open_task_states)';
