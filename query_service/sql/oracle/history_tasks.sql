-- Tasks that had no answer at one of some points of time, which are evenly spaced (Unix ns), as open_task_states_at
-- has them: when they were answered, when they expired, and since when somebody was known to work on them (0: never).
WITH
    {first:Int64} AS first, {step:Int64} AS step, {last:Int64} AS last,
    (SELECT least(maxIf(since, job = 'rollups'), maxIf(since, job = 'open_tasks')) FROM observer_progress) AS looked_at,
    looked_at < now64(6, 'UTC') - INTERVAL 36 HOUR AS is_behind,
    later AS
    (
        -- A task that was answered before the next point is at none of them.
        SELECT message_id
        FROM answered_tasks
        WHERE event_time <= fromUnixTimestamp64Nano(last, 'UTC') AND answered_at > fromUnixTimestamp64Nano(first, 'UTC')
            AND toUnixTimestamp64Nano(answered_at) > first + step * greatest(0, intDiv(toUnixTimestamp64Nano(event_time) - first + step - 1, step))
        UNION ALL
        SELECT if(type = 'task', id, parent_id) FROM arrivals WHERE kind = 'message' AND inserted_at >= looked_at
    ),
    answers AS
    (
        SELECT parent_hash, toUnixTimestamp64Nano(min(event_time)) AS answered_ns
        FROM task_answers
        WHERE is_behind OR parent_hash IN (SELECT cityHash64(message_id) FROM later)
        GROUP BY parent_hash
    ),
    signs AS
    (
        SELECT message_hash, groupArray((toUnixTimestamp64Nano(event_time), event_name, agent)) AS seen
        FROM
        (
            SELECT message_hash, event_time, toString(event_name) AS event_name, toString(agent) AS agent
            FROM open_signs
            WHERE is_deleted = 0
            UNION ALL
            SELECT message_hash, event_time, toString(event_name), toString(replaceAll(lower(agent_name), ' ', '-'))
            FROM task_events
            WHERE is_behind OR message_hash IN (SELECT cityHash64(message_id) FROM later)
        )
        GROUP BY message_hash
    )
SELECT
    agent,
    toUnixTimestamp64Nano(c.event_time) AS sent_ns,
    answered_ns,
    if(isNull(ttl_seconds), 0, sent_ns + toInt64(least(greatest(ttl_seconds, 0), 1e9) * 1e9)) AS expires_ns,
    arrayMin(s -> s.1, arrayFilter(s -> s.2 != 'process' OR s.3 = c.agent OR s.3 = '', signs.seen)) AS begun_ns,
    topic, partition, offset
FROM
(
    SELECT message_id, agent, topic, partition, offset, event_time, ttl_seconds, toInt64(0) AS answered_ns
    FROM open_tasks FINAL
    WHERE is_deleted = 0 AND event_time <= fromUnixTimestamp64Nano(last, 'UTC') AND NOT is_behind AND message_id NOT IN later
    UNION ALL
    SELECT t.message_id, t.agent, t.topic, t.partition, t.offset, t.event_time, t.ttl_seconds, a.answered_ns
    FROM
    (
        SELECT message_id, agent, topic, partition, offset, event_time, ttl_seconds
        FROM tasks FINAL
        WHERE event_time <= fromUnixTimestamp64Nano(last, 'UTC') AND (is_behind OR message_id IN later)
    ) AS t
    LEFT JOIN answers AS a ON a.parent_hash = cityHash64(t.message_id)
) AS c
LEFT JOIN signs ON signs.message_hash = cityHash64(c.message_id)
WHERE answered_ns = 0 OR answered_ns > first + step * greatest(0, intDiv(sent_ns - first + step - 1, step))
LIMIT {most:UInt32}
