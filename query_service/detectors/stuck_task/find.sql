-- Tasks that somebody works on far longer than this agent takes for such tasks.
WITH
    {at:DateTime64(9, 'UTC')} AS now,
    waiting AS MATERIALIZED
    (
        SELECT agent, source, message_id, trace_id, topic, event_time, cause_message_id, is_begun, signs_seen, first_sign_at, last_sign_at
        FROM waiting_tasks(at = {at:DateTime64(9, 'UTC')})
        WHERE is_begun OR cause_message_id != ''
    ),
    begun AS MATERIALIZED
    (
        SELECT
            agent, source, message_id, trace_id, topic, event_time, cause_message_id, signs_seen,
            assumeNotNull(first_sign_at) AS began_at, assumeNotNull(last_sign_at) AS seen_at,
            dateDiff('millisecond', began_at, now) / 1000 AS working,
            dateDiff('millisecond', seen_at, now) / 1000 AS silent
        FROM waiting
        WHERE is_begun AND NOT hasAny(signs_seen, ['process', 'agent_telemetry.task.done']) AND first_sign_at <= now
    ),
    -- What the agent takes from a task's sending to its answer: with the time in the queue, so rather too long.
    usual AS MATERIALIZED
    (
        SELECT agent, source, count() AS answered, quantileTDigest(0.99)(took) AS p99, max(took) AS longest
        FROM
        (
            SELECT agent, toString(source) AS source, greatest(0, dateDiff('millisecond', event_time, answered_at)) / 1000 AS took
            -- What was written twice moves no quantile; a day by FINAL costs twice as much.
            FROM answered_tasks
            WHERE is_deleted = 0 AND outcome != 'superseded' AND toStartOfFiveMinutes(event_time) BETWEEN now - INTERVAL 1 DAY AND now AND answered_at <= now
                AND agent IN (SELECT agent FROM begun)
        )
        GROUP BY GROUPING SETS ((agent, source), (agent))
    ),
    -- The agents that a task waits for: it was being worked on when these tasks were sent, which wait too.
    helpers AS
    (
        SELECT cause_message_id, arraySort(groupUniqArray(10)(toString(agent))) AS agents
        FROM waiting
        WHERE cause_message_id != ''
        GROUP BY cause_message_id
    ),
    stuck AS
    (
        SELECT
            b.agent AS agent, b.source AS source, b.message_id AS message_id, b.trace_id AS trace_id, b.topic AS topic,
            b.began_at AS began_at, b.seen_at AS seen_at, b.signs_seen AS signs_seen, b.working AS working, b.silent AS silent, h.agents AS waits_for,
            p.answered >= {min_answered:Float64} AS has_pair,
            if(has_pair, p.p99, a.p99) AS usual_seconds,
            if(has_pair, p.answered, a.answered) AS samples
        FROM begun AS b
        LEFT JOIN usual AS p ON p.agent = b.agent AND p.source = b.source
        LEFT JOIN usual AS a ON a.agent = b.agent AND a.source = ''
        LEFT JOIN helpers AS h ON h.cause_message_id = b.message_id
        WHERE samples >= {min_answered:Float64}
            AND working >= {min_seconds:Float64}
            -- Somebody who still says that they are at it may just have a large task.
            AND working > usual_seconds * if(silent < {silent_seconds:Float64}, 2, 1) * {times_usual:Float64}
    )
SELECT *
FROM
(
    SELECT
        if(empty(waiting_for), toString(s.agent), concat(s.agent, ' waits for ', arrayStringConcat(waiting_for, ', '))) AS subject,
        arraySlice(arrayConcat([toString(s.agent)], waiting_for, arrayFilter(one -> one != s.agent AND NOT has(waiting_for, one), arraySort(groupUniqArray(20)(toString(source))))), 1, 20) AS agents,
        if(empty(waiting_for), '', 'medium') AS severity,
        least(0.95, 0.5 + 0.1 * max(working / greatest(usual_seconds, 1)) / {times_usual:Float64}) AS confidence,
        min(began_at) AS first_seen,
        max(seen_at) AS last_seen,
        arraySlice(groupArray(message_id), 1, 1000) AS task_ids,
        arraySlice(arrayDistinct(groupArrayIf(trace_id, trace_id != '')), 1, 1000) AS trace_ids,
        CAST([], 'Array(String)') AS error_ids,
        toUInt64(count()) AS tasks,
        toUInt64(uniqIf(trace_id, trace_id != '')) AS traces,
        toUInt64(0) AS errors,
        CAST((
            ['tasks', 'working_seconds', 'usual_p99_seconds', 'times_usual', 'silent_seconds', 'samples'],
            [toFloat64(count()), max(working), max(usual_seconds), max(working / greatest(usual_seconds, 0.001)), max(silent), toFloat64(max(samples))]), 'Map(String, Float64)') AS figures,
        CAST((
            ['topic', 'sender', 'waits_for', 'last_sign'],
            [toString(any(topic)), toString(argMin(source, began_at)), arrayStringConcat(waiting_for, ', '), argMax(signs_seen[-1], seen_at)]), 'Map(String, String)') AS facts
    FROM (SELECT *, waits_for AS waiting_for FROM stuck ORDER BY began_at, message_id) AS s
    GROUP BY s.agent, waiting_for
)
WHERE ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY tasks DESC, subject
LIMIT {most:UInt32}
