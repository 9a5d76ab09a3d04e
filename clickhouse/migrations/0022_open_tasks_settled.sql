-- Open tasks when the observer has looked at all that came: a fraction of open_task_states to plan,
-- and planning is nearly all that it costs.

CREATE VIEW IF NOT EXISTS open_tasks_settled AS
SELECT
    message_id,
    agent,
    source,
    priority,
    conversation_id,
    cause_message_id,
    trace_id,
    event_time,
    body,
    listed,
    if(isNull(ttl_seconds), NULL, fromUnixTimestamp64Nano(toUnixTimestamp64Nano(event_time) + toInt64(least(greatest(ttl_seconds, 0), 1e9) * 1e9), 'UTC')) AS expires_at,
    notEmpty(arrayFilter(s -> s.2 != 'process' OR s.3 = agent OR s.3 = '', signs.seen) AS own_signs) AS has_sign,
    transform(concat(topic, '/', toString(partition)), {places:Array(String)}, {passed:Array(Int64)}, toInt64(0)) > offset AS is_consumed,
    multiIf(
        expires_at <= {now:DateTime64(9, 'UTC')}, 'expired',
        has_sign OR is_consumed, 'in_progress',
        transform(topic, {topics:Array(String)}, {waits:Array(String)}, 'unknown')) AS state,
    if((transform(concat(topic, '/', toString(partition)), {places:Array(String)}, {begins:Array(Int64)}, toInt64(-1)) AS begin) < 0,
        NULL, greatest(0, toInt64(offset) - begin)) AS behind,
    if(has_sign, arrayMin(s -> s.1, own_signs), NULL) AS claimed_at,
    if(has_sign, arrayMax(s -> s.1, own_signs), NULL) AS last_sign_at
FROM open_tasks FINAL
LEFT JOIN
(
    SELECT message_hash, groupArray((event_time, event_name, agent)) AS seen
    FROM open_signs FINAL
    WHERE is_deleted = 0
    GROUP BY message_hash
) AS signs ON signs.message_hash = cityHash64(message_id)
WHERE is_deleted = 0
COMMENT 'Each task without an answer, with its state, when no task came since the observer''s last look; else as open_task_states, and with its parameters';
