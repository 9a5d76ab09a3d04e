-- Open tasks at a past time, without looking each up by its id: those that are open now have their
-- columns in open_tasks, and their signs in open_signs.

CREATE OR REPLACE VIEW open_task_states_at AS
WITH
    (SELECT least(maxIf(since, job = 'rollups'), maxIf(since, job = 'open_tasks')) FROM observer_progress) AS looked_at,
    looked_at < now64(6, 'UTC') - INTERVAL 36 HOUR AS is_behind,
    -- What was answered since that time, or something came for since the observer's last looks. An older
    -- version of a row in answered_tasks is asked for in vain: the answers decide.
    lately AS
    (
        SELECT message_id
        FROM answered_tasks
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
    c.body AS body,
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
    SELECT message_id, agent, source, priority, conversation_id, cause_message_id, trace_id, ttl_seconds,
        topic, partition, offset, value_hash, event_time, body
    FROM open_tasks FINAL
    WHERE is_deleted = 0 AND event_time <= {at:DateTime64(9, 'UTC')} AND NOT is_behind AND message_id NOT IN lately
    UNION ALL
    SELECT message_id, agent, source, priority, conversation_id, cause_message_id, trace_id, ttl_seconds,
        topic, partition, offset, value_hash, event_time, '' AS body
    FROM tasks FINAL
    WHERE event_time <= {at:DateTime64(9, 'UTC')} AND (is_behind OR message_id IN lately)
        AND cityHash64(message_id) NOT IN (
            SELECT parent_hash FROM task_answers
            WHERE event_time <= {at:DateTime64(9, 'UTC')}
                AND (is_behind OR parent_hash IN (SELECT cityHash64(message_id) FROM lately)))
) AS c
LEFT JOIN
(
    SELECT message_hash, groupArray((event_time, event_name, agent)) AS seen
    FROM
    (
        -- Replaced or not: what was said of a task stays true.
        SELECT message_hash, event_time, toString(event_name) AS event_name, toString(agent) AS agent
        FROM open_signs
        WHERE is_deleted = 0 AND event_time <= {at:DateTime64(9, 'UTC')}
        UNION ALL
        SELECT message_hash, event_time, toString(event_name), toString(replaceAll(lower(agent_name), ' ', '-'))
        FROM task_events
        WHERE event_time <= {at:DateTime64(9, 'UTC')}
            AND (is_behind OR message_hash IN (SELECT cityHash64(message_id) FROM lately))
    )
    GROUP BY message_hash
) AS signs ON signs.message_hash = cityHash64(c.message_id)
COMMENT 'Each task that had no answer at a time, with its state then; open_task_states_at(at, and as for open_task_states)';
