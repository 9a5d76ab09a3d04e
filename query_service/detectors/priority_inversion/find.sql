-- Urgent tasks that wait, far longer than is usual in their queue, while tasks of low priority are worked on: those stood
-- before them in the queue, or came later and were begun first.
WITH
    {since:DateTime64(9, 'UTC')} AS from_time,
    {at:DateTime64(9, 'UTC')} AS now,
    from_time - INTERVAL 1 HOUR AS past_time,
    (priority -> multiIf(priority = 'critical', 3, priority = 'high', 2, priority = 'low', 0, 1)) AS rank,
    waiting AS MATERIALIZED
    (
        SELECT message_id, toString(agent) AS owner, toString(source) AS sender, trace_id, event_time AS sent, rank(priority) AS urgency
        FROM waiting_tasks(at = {at:DateTime64(9, 'UTC')})
        WHERE NOT hasAny(signs_seen, ['agent_telemetry.task.started', 'agent_telemetry.task.heartbeat', 'process'])
    ),
    done AS MATERIALIZED
    (
        SELECT message_id, toString(agent) AS owner, toString(source) AS sender, event_time AS sent, answered_at, rank(priority) AS urgency,
            dateDiff('millisecond', event_time, answered_at) / 1000 AS took
        FROM answered_tasks FINAL
        WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(past_time) AND now AND answered_at BETWEEN event_time AND now
            AND outcome != 'superseded'
    ),
    -- Urgent ones: those that wait, and those that were answered in the window, late.
    urgent AS MATERIALIZED
    (
        SELECT message_id, owner, sender, sent, urgency, now AS until, true AS is_open
        FROM waiting
        WHERE urgency > 1 AND dateDiff('millisecond', sent, now) / 1000 >= {min_waiting:Float64}
        UNION ALL
        SELECT message_id, owner, sender, sent, urgency, answered_at AS until, false AS is_open
        FROM done
        WHERE urgency > 1 AND answered_at >= from_time AND took >= {min_waiting:Float64}
        ORDER BY sent DESC, message_id
        LIMIT 200
    ),
    -- When the work on those began, where somebody said so.
    begun AS MATERIALIZED
    (
        SELECT message_id, min(event_time) AS began
        FROM task_events
        WHERE message_hash IN (SELECT cityHash64(message_id) FROM urgent WHERE NOT is_open) AND event_name IN ('agent_telemetry.task.started', 'process')
        GROUP BY message_id
    ),
    usual AS MATERIALIZED
    (
        SELECT toString(agent) AS owner, count() AS tasks, quantile(0.95)(dateDiff('millisecond', event_time, answered_at)) / 1000 AS p95
        FROM answered_tasks
        WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(from_time - INTERVAL 6 HOUR) AND from_time
            AND answered_at BETWEEN event_time AND from_time AND is_deleted = 0 AND outcome != 'superseded'
        GROUP BY agent
    ),
    others AS MATERIALIZED
    (
        SELECT owner, groupArray((sent, answered_at, urgency)) AS tasks
        FROM done
        GROUP BY owner
    ),
    before AS MATERIALIZED
    (
        SELECT owner, groupArray((sent, urgency)) AS tasks
        FROM waiting
        GROUP BY owner
    ),
    held AS MATERIALIZED
    (
        SELECT
            u.message_id AS message_id, u.owner AS owner, u.sender AS sender, u.sent AS sent, u.urgency AS urgency, u.is_open AS is_open,
            if(b.message_id != '' AND b.began BETWEEN u.sent AND u.until, b.began, u.until) AS until,
            dateDiff('millisecond', sent, until) / 1000 AS waited,
            n.tasks >= 20 AS is_usual_known,
            n.p95 AS p95,
            arrayFilter(t -> t.2 BETWEEN u.sent AND until, o.tasks) AS served,
            -- Those that it stands behind count as well: they were asked for less urgently.
            arrayFilter(t -> u.is_open AND t.1 < u.sent, w.tasks) AS ahead,
            arrayCount(t -> t.3 = 0 AND t.1 < u.sent, served) AS low_before,
            -- Begun first though they came later: only where it is known when this one began. One that never is may be lost.
            if(b.message_id != '', arrayCount(t -> t.3 < u.urgency AND t.1 > u.sent, served), 0) AS overtaken,
            arrayCount(t -> t.2 = 0, ahead) AS low_ahead
        FROM urgent AS u
        LEFT JOIN begun AS b ON b.message_id = u.message_id
        LEFT JOIN usual AS n ON n.owner = u.owner
        LEFT JOIN others AS o ON o.owner = u.owner
        LEFT JOIN before AS w ON w.owner = u.owner
        WHERE waited >= greatest({min_waiting:Float64}, if(is_usual_known, {times_usual:Float64} * n.p95, 0))
            AND (overtaken >= {min_lower:Float64}
                OR low_before > 0 AND low_before + low_ahead >= {min_lower:Float64} AND 2 * (low_before + low_ahead) > length(served) + length(ahead))
    )
SELECT
    h.owner AS subject,
    arraySlice(arrayDistinct(arrayConcat([h.owner], arraySort(groupUniqArray(19)(h.sender)))), 1, 20) AS agents,
    if(max(h.urgency) = 3, '', 'medium') AS severity,
    least(0.95, 0.5 + 0.02 * max(h.low_before + h.low_ahead + h.overtaken) + if(max(h.is_usual_known), 0.2, 0)) AS confidence,
    min(h.sent) AS first_seen,
    max(h.until) AS last_seen,
    arraySlice(arraySort((i, t) -> (t, i), groupArray(h.message_id), groupArray(h.sent)), 1, 1000) AS task_ids,
    arraySlice(arraySort(arrayFilter(t -> t != '', groupUniqArray(k.trace_id))) AS every_trace, 1, 1000) AS trace_ids,
    []::Array(String) AS error_ids,
    toUInt64(count()) AS tasks,
    toUInt64(length(every_trace)) AS traces,
    toUInt64(0) AS errors,
    mapFilter((k, v) -> NOT isNaN(v), map(
        'urgent_tasks', toFloat64(count()), 'waiting_seconds', max(h.waited), 'still_waiting', toFloat64(countIf(h.is_open)),
        'usual_p95_seconds', if(max(h.is_usual_known), max(h.p95), nan),
        'low_first', toFloat64(max(h.low_before)), 'low_ahead', toFloat64(max(h.low_ahead)), 'overtaken_by', toFloat64(max(h.overtaken)))) AS figures,
    map('priority', if(max(h.urgency) = 3, 'critical', 'high')) AS facts
FROM held AS h
LEFT JOIN (SELECT message_id, any(tasks.trace_id) AS trace_id FROM tasks WHERE message_id IN (SELECT message_id FROM held) GROUP BY message_id) AS k ON k.message_id = h.message_id
GROUP BY h.owner
HAVING {agent:String} = '' OR has(agents, {agent:String})
ORDER BY max(h.urgency) DESC, max(h.waited) DESC, subject
LIMIT {most:UInt32}
