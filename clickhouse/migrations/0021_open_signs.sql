-- Signs of work on open tasks alone: task_events has those of every task that ever was, and looking
-- thousands of open tasks up there reads a granule for each.

CREATE TABLE IF NOT EXISTS open_signs
(
    message_hash UInt64 COMMENT 'cityHash64 of message_id of the task',
    event_time DateTime64(9, 'UTC') COMMENT 'When' CODEC(Delta(8), ZSTD(1)),
    event_name LowCardinality(String) COMMENT 'As in task_events',
    agent LowCardinality(String) COMMENT 'Who says so, normalised',
    version UInt64 COMMENT 'When the observer marked it, or took it over from task_events again, us; 0: as it came',
    is_deleted UInt8 COMMENT '1: its task is not open'
)
ENGINE = ReplacingMergeTree(version, is_deleted)
ORDER BY (message_hash, event_time, event_name, agent)
SETTINGS allow_experimental_replacing_merge_with_cleanup = 1
COMMENT 'Signs that somebody works on an open task; the observer keeps it empty of others. No TTL: an open task outlives retention';

CREATE MATERIALIZED VIEW IF NOT EXISTS open_signs_from_events TO open_signs AS
SELECT
    message_hash,
    event_time,
    event_name,
    replaceAll(lower(agent_name), ' ', '-') AS agent
FROM task_events;

INSERT INTO open_signs (message_hash, event_time, event_name, agent)
SELECT message_hash, event_time, event_name, replaceAll(lower(agent_name), ' ', '-')
FROM task_events
WHERE message_hash IN (SELECT cityHash64(message_id) FROM open_tasks FINAL WHERE is_deleted = 0);

CREATE OR REPLACE VIEW open_task_states AS
WITH
    -- A task that came before then, and is still open, has no answer: the observer looked. Of those
    -- that came later the answers and signs may be older than they are.
    (SELECT max(since) FROM observer_progress WHERE job = 'open_tasks') AS looked_at,
    looked_at < now64(6, 'UTC') - INTERVAL 36 HOUR AS is_behind,
    came AS
    (
        SELECT cityHash64(id) FROM arrivals WHERE kind = 'message' AND type = 'task' AND inserted_at >= looked_at
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
        SELECT parent_hash FROM task_answers WHERE is_behind OR parent_hash IN came)
) AS c
LEFT JOIN
(
    SELECT message_hash, groupArray((event_time, event_name, agent)) AS seen
    FROM
    (
        SELECT message_hash, event_time, toString(event_name) AS event_name, toString(agent) AS agent
        FROM open_signs FINAL
        WHERE is_deleted = 0
        UNION ALL
        SELECT message_hash, event_time, toString(event_name), toString(replaceAll(lower(agent_name), ' ', '-'))
        FROM task_events
        WHERE message_hash IN (
            SELECT cityHash64(message_id)
            FROM open_tasks FINAL
            WHERE is_deleted = 0 AND (is_behind OR cityHash64(message_id) IN came))
    )
    GROUP BY message_hash
) AS signs ON signs.message_hash = cityHash64(c.message_id)
COMMENT 'Each task without an answer, with its state; open_task_states(now, and what was seen in Kafka: for places topic/partition the offsets that all groups have passed and where what is not consumed begins, for topics how a task waits there: queued or lost)';
