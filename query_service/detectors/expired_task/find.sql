-- Tasks whose time to live ran out in the window: without an answer, or before it came.
WITH
    {at:DateTime64(9, 'UTC')} AS now,
    gone AS MATERIALIZED
    (
        SELECT message_id, min(event_time) AS sent_at, argMax(a.answered_at, a.computed_at) AS late_at
        FROM answered_tasks AS a
        WHERE a.answered_at BETWEEN {since:DateTime64(9, 'UTC')} AND now AND is_deleted = 0 AND outcome != 'superseded'
        GROUP BY message_id
    ),
    expired AS
    (
        SELECT toString(agent) AS agent, toString(source) AS source, message_id, trace_id, toString(topic) AS topic, event_time, assumeNotNull(expires_at) AS ended_at, is_begun, 0 AS is_late
        FROM waiting_tasks(at = {at:DateTime64(9, 'UTC')})
        WHERE expires_at <= now
        UNION ALL
        -- Those that were answered since: of tasks sent a day before the window at the most.
        SELECT
            toString(m.agent), toString(m.source), m.message_id, m.trace_id, toString(m.topic), m.event_time,
            fromUnixTimestamp64Nano(toUnixTimestamp64Nano(m.event_time) + toInt64(least(greatest(assumeNotNull(m.ttl_seconds), 0), 1e9) * 1e9), 'UTC') AS ended_at, true, 1
        FROM agent_messages AS m
        INNER JOIN gone AS g ON g.message_id = m.message_id
        WHERE toStartOfFiveMinutes(m.event_time) BETWEEN greatest((SELECT toStartOfFiveMinutes(min(sent_at)) FROM gone), toStartOfFiveMinutes({since:DateTime64(9, 'UTC')} - INTERVAL 1 DAY)) AND now
            AND m.message_type = 'task' AND isNotNull(m.ttl_seconds) AND g.late_at > ended_at
        LIMIT 1 BY m.message_id
    ),
    answered AS
    (
        SELECT toString(agent) AS agent, uniqExact(message_hash) AS tasks
        FROM answered_tasks
        WHERE answered_at BETWEEN {since:DateTime64(9, 'UTC')} AND now AND outcome != 'superseded'
        GROUP BY agent
    )
SELECT *
FROM
(
    SELECT
        toString(e.agent) AS subject,
        arraySlice(arrayConcat([toString(e.agent)], arraySort(groupUniqArray(20)(toString(e.source)))), 1, 20) AS agents,
        multiIf(count() >= {many:Float64} AND count() > any(a.tasks), 'high', '') AS severity,
        1.0 AS confidence,
        min(e.ended_at) AS first_seen,
        max(e.ended_at) AS last_seen,
        arraySlice(groupArray(e.message_id), 1, 1000) AS task_ids,
        arraySlice(arrayDistinct(groupArrayIf(e.trace_id, e.trace_id != '')), 1, 1000) AS trace_ids,
        CAST([], 'Array(String)') AS error_ids,
        toUInt64(count()) AS tasks,
        toUInt64(uniqIf(e.trace_id, e.trace_id != '')) AS traces,
        toUInt64(0) AS errors,
        CAST((
            ['expired', 'answered_late', 'begun', 'answered', 'oldest_waiting_seconds', 'shortest_ttl_seconds', 'longest_ttl_seconds'],
            [toFloat64(count()), toFloat64(sum(e.is_late)), toFloat64(countIf(e.is_begun)), toFloat64(any(a.tasks)), toFloat64(dateDiff('second', min(e.event_time), now)),
                min(dateDiff('millisecond', e.event_time, e.ended_at)) / 1000, max(dateDiff('millisecond', e.event_time, e.ended_at)) / 1000]), 'Map(String, Float64)') AS figures,
        CAST((['topic', 'sender'], [toString(any(e.topic)), toString(argMin(e.source, e.event_time))]), 'Map(String, String)') AS facts
    FROM (SELECT * FROM expired ORDER BY event_time, message_id) AS e
    LEFT JOIN answered AS a ON a.agent = e.agent
    GROUP BY e.agent
    HAVING last_seen >= {since:DateTime64(9, 'UTC')}
)
WHERE ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY tasks DESC, subject
LIMIT {most:UInt32}
