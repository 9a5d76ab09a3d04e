-- Tasks whose time to live ran out in the window, without an answer.
WITH
    {at:DateTime64(9, 'UTC')} AS now,
    expired AS
    (
        SELECT agent, source, message_id, trace_id, topic, event_time, assumeNotNull(expires_at) AS ended_at, is_begun
        FROM waiting_tasks(at = {at:DateTime64(9, 'UTC')})
        WHERE expires_at <= now
        ORDER BY event_time, message_id
    ),
    answered AS
    (
        SELECT agent, uniqExact(message_hash) AS tasks
        FROM answered_tasks
        WHERE answered_at BETWEEN {since:DateTime64(9, 'UTC')} AND now
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
            ['expired', 'begun', 'answered', 'oldest_waiting_seconds', 'shortest_ttl_seconds', 'longest_ttl_seconds'],
            [toFloat64(count()), toFloat64(countIf(e.is_begun)), toFloat64(any(a.tasks)), toFloat64(dateDiff('second', min(e.event_time), now)),
                min(dateDiff('millisecond', e.event_time, e.ended_at)) / 1000, max(dateDiff('millisecond', e.event_time, e.ended_at)) / 1000]), 'Map(String, Float64)') AS figures,
        CAST((['topic', 'sender'], [toString(any(e.topic)), toString(argMin(e.source, e.event_time))]), 'Map(String, String)') AS facts
    FROM expired AS e
    LEFT JOIN answered AS a ON a.agent = e.agent
    GROUP BY e.agent
    HAVING last_seen >= {since:DateTime64(9, 'UTC')}
)
WHERE ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY tasks DESC, subject
LIMIT {most:UInt32}
