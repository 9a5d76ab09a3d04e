-- Results with no work behind them: given in a fraction of the usual time, without the calls of models and tools that
-- this agent usually makes.
WITH
    {since:DateTime64(9, 'UTC')} AS from_time,
    {at:DateTime64(9, 'UTC')} AS now,
    -- Spans come some seconds after the answer.
    now - toIntervalMillisecond(toInt64(1000 * least({settle_seconds:Float64}, 1e6))) AS settled,
    from_time - INTERVAL 1 HOUR AS past_time,
    -- What was fast, and other answers of the same agents to compare with. One thing in each step: what a name stands for
    -- is read again wherever it is used.
    sampled AS MATERIALIZED
    (
        SELECT worker, message_id, sent, answered_at, is_now, is_fast, is_silent, usual_seconds, in_window, before, quick_before, work_traces
        FROM
        (
            SELECT *, countIf(is_fast AND is_now) OVER (PARTITION BY worker) AS fast_now, countIf(is_quick AND NOT is_now) OVER (PARTITION BY worker) AS quick_before
            FROM
            (
                SELECT
                    *,
                    -- Of whoever sends no more spans nobody sees calls: only an answer that came too soon after its task counts.
                    answered_at > told_to AND told_to > toDateTime64(0, 9, 'UTC') AS is_silent,
                    took < {fraction:Float64} * 1000 * usual_seconds AS is_quick,
                    is_quick OR NOT is_silent AND work < {fraction:Float64} * usual_work AS is_fast
                FROM
                (
                    SELECT *, if(before >= {min_answers:Float64}, quantileIf(0.5)(work, NOT is_now) OVER (PARTITION BY worker), quantile(0.5)(work) OVER (PARTITION BY worker)) AS usual_work
                    FROM
                    (
                        SELECT
                            worker, a.message_id AS message_id, sent, answered_at, is_now, took, usual_seconds, in_window, before, s.traces AS work_traces,
                            maxIf(answered_at, s.message_id != '') OVER (PARTITION BY worker) AS told_to,
                            -- The work took no longer than since the answer before, where one is done at a time, nor than its span. What only
                            -- seems fast, as several are done at a time, or the rest is done when others answer, has calls.
                            least(took, since_last, if(s.message_id = '', 1000000000000, ifNull(s.milliseconds, 1000000000000))) AS work
                        FROM
                        (
                            SELECT *, if(before >= {min_answers:Float64}, quantileIf(0.5)(took, NOT is_now) OVER (PARTITION BY worker), quantile(0.5)(took) OVER (PARTITION BY worker)) / 1000 AS usual_seconds
                            FROM
                            (
                                SELECT *,
                                    dateDiff('millisecond', lagInFrame(answered_at) OVER (PARTITION BY worker ORDER BY answered_at, message_id), answered_at) AS since_last,
                                    countIf(is_now) OVER (PARTITION BY worker) AS in_window,
                                    countIf(NOT is_now) OVER (PARTITION BY worker) AS before
                                FROM
                                (
                                    SELECT
                                        toString(answered_by) AS worker, message_id, event_time AS sent, answered_at, answered_at > from_time AS is_now,
                                        dateDiff('millisecond', event_time, answered_at) AS took
                                    FROM answered_tasks FINAL
                                    WHERE toStartOfFiveMinutes(event_time) BETWEEN toStartOfFiveMinutes(past_time - INTERVAL 30 MINUTE) AND now
                                        AND answered_at BETWEEN greatest(event_time, past_time) AND settled AND outcome = 'completed'
                                )
                            )
                            WHERE in_window + before >= {min_answers:Float64}
                        ) AS a
                        LEFT JOIN
                        (
                            SELECT message_id, max(dateDiff('millisecond', event_time, end_time)) AS milliseconds, groupUniqArray(trace_id) AS traces
                            FROM span_outlines
                            WHERE bucket BETWEEN toStartOfFiveMinutes(past_time - INTERVAL 30 MINUTE) AND now
                                AND otel_kind = 'Consumer' AND message_id != '' AND end_time >= event_time AND end_time <= now
                            GROUP BY message_id
                        ) AS s ON s.message_id = a.message_id
                    )
                )
            )
        )
        WHERE fast_now >= {min_results:Float64} AND (is_fast OR NOT is_now AND (before <= 40 OR cityHash64(message_id) % 8 = 0))
        ORDER BY is_fast AND is_now DESC, answered_at DESC, message_id
        LIMIT 100 BY worker, is_fast, is_now
    ),
    looked_at AS MATERIALIZED
    (
        SELECT
            l.worker AS worker, l.message_id AS message_id, l.sent AS sent, l.answered_at AS answered_at, l.is_now AS is_now, l.is_fast AS is_fast, l.is_silent AS is_silent,
            l.usual_seconds AS usual_seconds, l.in_window AS in_window, l.before AS before, l.quick_before AS quick_before, t.trace_id AS trace_id, t.source AS source,
            arrayDistinct(arrayPushBack(l.work_traces, t.trace_id)) AS traces
        FROM sampled AS l
        LEFT JOIN (SELECT message_id AS task, any(tasks.trace_id) AS trace_id, toString(any(tasks.source)) AS source FROM tasks WHERE message_id IN (SELECT message_id FROM sampled) GROUP BY task) AS t
            ON t.task = l.message_id
    ),
    judged AS
    (
        SELECT
            l.worker AS worker, l.message_id AS message_id, l.sent AS sent, l.answered_at AS answered_at, l.is_now AS is_now, l.is_fast AS is_fast, l.is_silent AS is_silent,
            l.usual_seconds AS usual_seconds, l.in_window AS in_window, l.before AS before, l.quick_before AS quick_before, l.trace_id AS trace_id, l.source AS source,
            w.message_id != '' AS is_worked,
            s.begun <= l.sent AS is_begin_unknown,
            dateDiff('millisecond', greatest(l.sent, least(s.begun, l.answered_at)), l.answered_at) / 1000 AS took
        FROM looked_at AS l
        LEFT JOIN
        (
            SELECT DISTINCT a.message_id AS message_id
            FROM (SELECT message_id, worker, sent, answered_at, arrayJoin(traces) AS trace FROM looked_at) AS a
            INNER JOIN
            (
                SELECT trace_id AS trace, replaceAll(lower(agent_name), ' ', '-') AS worker, s.event_time AS began, ifNull(s.end_time, s.event_time) AS ended
                FROM span_outlines AS s
                WHERE bucket BETWEEN toStartOfFiveMinutes(past_time - INTERVAL 30 MINUTE) AND now AND s.event_time <= now
                    AND kind IN ('llm_call', 'tool') AND trace_id != ''
            ) AS c ON c.trace = a.trace AND c.worker = a.worker
            WHERE c.began <= a.answered_at + INTERVAL 1 SECOND AND c.ended >= a.sent - INTERVAL 1 SECOND
        ) AS w ON w.message_id = l.message_id
        LEFT JOIN
        (
            SELECT message_id, maxIf(event_time, event_name IN ('agent_telemetry.task.started', 'agent_telemetry.task.claimed', 'process')) AS begun
            FROM task_events
            WHERE message_hash IN (SELECT cityHash64(message_id) FROM sampled WHERE is_fast)
            GROUP BY message_id
        ) AS s ON s.message_id = l.message_id
    )
SELECT
    g.worker AS subject,
    arraySlice(arrayConcat([g.worker], arrayFilter(a -> a NOT IN (g.worker, ''), arraySort(arrayDistinct(g.ghosts.4)))), 1, 20) AS agents,
    if(2 * tasks >= g.in_window, '', 'medium') AS severity,
    least(0.95, 0.5 + 0.05 * tasks + if(g.before >= {min_answers:Float64}, 0.2, 0)) AS confidence,
    g.first_sent AS first_seen,
    g.ghosts[-1].1 AS last_seen,
    arraySlice(g.ghosts.2, 1, 1000) AS task_ids,
    arraySlice(arrayFilter(t -> t != '', arrayDistinct(g.ghosts.3)) AS every_trace, 1, 1000) AS trace_ids,
    []::Array(String) AS error_ids,
    toUInt64(length(g.ghosts)) AS tasks,
    toUInt64(length(every_trace)) AS traces,
    toUInt64(0) AS errors,
    map('results', toFloat64(tasks), 'answers', toFloat64(g.in_window), 'seconds', g.seconds, 'usual_seconds', g.usual_seconds,
        'usual_share_with_calls', g.share_with_calls, 'results_before', toFloat64(g.ghosts_before)) AS figures,
    map('sample', task_ids[1]) AS facts
FROM
(
    SELECT
        worker,
        arraySort(groupUniqArrayIf((answered_at, message_id, trace_id, source), is_ghost AND is_now)) AS ghosts,
        uniqExactIf(message_id, is_ghost AND NOT is_now) AS ghosts_before,
        uniqExactIf(message_id, NOT (is_fast AND is_now)) AS others,
        uniqExactIf(message_id, is_worked AND NOT (is_fast AND is_now)) / others AS share_with_calls,
        minIf(sent, is_ghost AND is_now) AS first_sent,
        quantileIf(0.5)(took, is_ghost AND is_now) AS seconds,
        any(j.usual_seconds) AS usual_seconds, any(j.in_window) AS in_window, any(j.before) AS before,
        if(2 * countIf(is_ghost AND is_now AND is_silent) > countIf(is_ghost AND is_now), any(j.quick_before), ghosts_before) AS alike_before
    FROM
    (
        -- Where it is told when the work began, that counts.
        SELECT *, is_fast AND NOT is_worked AND (is_begin_unknown OR took < {fraction:Float64} * usual_seconds) AS is_ghost
        FROM judged
    ) AS j
    GROUP BY worker
    HAVING length(ghosts) >= {min_results:Float64}
        -- Whoever usually makes no calls is not at fault.
        AND others >= 3 AND share_with_calls >= {usual_share:Float64}
) AS g
-- Nor whoever answers some of it from what it knows.
WHERE length(g.ghosts) > 3 * g.alike_before / greatest(g.before, 1) * g.in_window
    AND ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY tasks DESC, subject
LIMIT {most:UInt32}
