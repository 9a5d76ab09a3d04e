-- Agents that take longer for a task than in the seven days before, in the whole window or a part of it, and which of
-- their spans became slow. How long spans took is counted in steps of 1/16 of an octave, as in span_rollups.
WITH
    {since:DateTime64(9, 'UTC')} AS began,
    {at:DateTime64(9, 'UTC')} AS now,
    -- What a share of n shows for certain (Wilson, 3 standard deviations).
    (share, n) -> (share + 4.5 / n - 3 * sqrt(share * (1 - share) / n + 2.25 / n / n)) / (1 + 9 / n) AS surely,
    (counts, share) -> arrayFirst((step, sum) -> sum >= share * arraySum(mapValues(counts)), mapKeys(counts), arrayCumSum(mapValues(counts))) AS step_at,
    (counts, step) -> arraySum(arrayFilter((n, s) -> s > step, mapValues(counts), mapKeys(counts))) AS above,
    step -> exp2((step + 0.5) / 16) / 1e6 AS ms,
    greatest(1, intDiv(dateDiff('second', began, now), 4) + 1) AS quarter,
    spans AS MATERIALIZED
    (
        SELECT
            replaceAll(lower(splitByChar(':', toString(agent_name))[1]), ' ', '-') AS agent, name,
            kind = 'agent' OR startsWith(name, 'process ') AS is_task,
            -- The whole window (0), its halves (1, 2) and its quarters (3 to 6).
            arrayJoin([0, 1 + intDiv(dateDiff('second', began, ended_at), 2 * quarter), 3 + intDiv(dateDiff('second', began, ended_at), quarter)]) AS part_of,
            count() AS tasks,
            sum(took) AS total,
            sumMapIf(map(toInt16(floor(log2(greatest(took, 1)) * 16)), toUInt64(1)), is_task) AS steps,
            groupArraySortedIf(1000)((-took, ended_at, trace_id, message_id), is_task) AS slowest,
            any(kind) = 'handoff' AND NOT is_task AS is_handoff
        FROM
        (
            SELECT agent_name, name, kind, trace_id, message_id, assumeNotNull(end_time) AS ended_at,
                toUnixTimestamp64Nano(ended_at) - toUnixTimestamp64Nano(start_time) AS took
            FROM span_outlines FINAL
            WHERE bucket BETWEEN toDateTime(began - INTERVAL 65 MINUTE, 'UTC') AND now AND event_time <= now
                AND agent_name != '' AND isNotNull(end_time) AND end_time > began AND end_time <= now AND end_time >= start_time
        )
        GROUP BY agent, name, is_task, part_of
    ),
    -- How long each took is read of tasks alone.
    usual AS
    (
        SELECT agent, name, f.kind = 'agent' OR startsWith(name, 'process ') AS is_task, sum(f.ended) AS tasks, toInt64(sum(f.duration_ns)) AS total, sumMapIf(f.durations, is_task) AS steps
        FROM usual_spans(until = {since:DateTime64(9, 'UTC')}) AS f
        WHERE is_task OR f.kind != 'handoff'
        GROUP BY agent, name, is_task
    ),
    -- Agents without such spans, by their answers: the time since the task was sent or, when they are busy, since the
    -- answer before, so that waiting in the queue does not count.
    answers AS
    (
        SELECT
            agent,
            took_at > began AS is_now,
            count() AS tasks,
            sum(took) AS total,
            sumMap(map(toInt16(floor(log2(greatest(took, 1)) * 16)), toUInt64(1))) AS steps,
            groupArraySortedIf(1000)((-took, took_at, '', message_id), is_now) AS slowest
        FROM
        (
            SELECT
                toString(agent) AS agent, message_id, answered_at AS took_at,
                least(
                    toUnixTimestamp64Nano(answered_at) - toUnixTimestamp64Nano(event_time),
                    toUnixTimestamp64Nano(answered_at) - lagInFrame(toUnixTimestamp64Nano(answered_at), 1, 0)
                        OVER (PARTITION BY agent ORDER BY answered_at, message_hash ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)) AS took
            FROM
            (
                SELECT agent, message_hash, any(message_id) AS message_id, min(event_time) AS event_time, argMax(a.answered_at, a.computed_at) AS answered_at
                FROM answered_tasks AS a
                WHERE toStartOfFiveMinutes(a.event_time) BETWEEN began - INTERVAL 6 HOUR AND now AND is_deleted = 0 AND outcome != 'superseded'
                    AND agent NOT IN (SELECT agent FROM spans WHERE is_task)
                GROUP BY agent, message_hash
            )
            WHERE event_time <= answered_at AND answered_at <= now
        )
        GROUP BY agent, is_now
    ),
    compared AS
    (
        SELECT
            s.agent AS agent, s.part_of AS part_of, s.name AS name, s.is_task AS is_task, s.is_handoff AS is_handoff, s.tasks AS tasks, s.total AS total, s.steps AS steps, s.slowest AS slowest,
            u.tasks AS usual_tasks, u.total AS usual_total, u.steps AS usual_steps
        FROM spans AS s
        LEFT JOIN usual AS u ON u.agent = s.agent AND u.name = s.name AND u.is_task = s.is_task
        UNION ALL
        SELECT
            agent, 0, 'task until its answer', true, false, sumIf(tasks, is_now), sumIf(total, is_now), sumMapIf(steps, is_now), anyIf(slowest, is_now),
            sumIf(tasks, NOT is_now), sumIf(total, NOT is_now), sumMapIf(steps, NOT is_now)
        FROM answers
        GROUP BY agent
        HAVING countIf(is_now) > 0
    ),
    judged AS
    (
        SELECT
            agent,
            part_of,
            max(max(is_handoff)) OVER (PARTITION BY agent) AS sends,
            argMaxIf(
                (name, tasks, total, steps, usual_tasks, usual_total, usual_steps, slowest),
                (step_at(steps, 0.5) - step_at(usual_steps, 0.5), name), is_task AND tasks >= {min_tasks:Float64} AND usual_tasks >= {min_past:Float64}) AS task,
            groupArrayIf((name, tasks, total, usual_tasks, usual_total), NOT is_task AND NOT is_handoff) AS parts
        FROM compared
        GROUP BY agent, part_of
    ),
    measured AS
    (
        SELECT
            agent, part_of, sends, task.1 AS span, task.2 AS done, task.5 AS usual_tasks, task.4 AS steps, task.7 AS usual_steps,
            ms(step_at(steps, 0.5)) AS p50, ms(step_at(usual_steps, 0.5)) AS usual_p50,
            ms(step_at(steps, 0.95)) AS p95, ms(step_at(usual_steps, 0.95)) AS usual_p95,
            above(steps, step_at(usual_steps, 0.75)) AS above_p75, above(steps, step_at(usual_steps, 0.95)) AS above_p95,
            -- What is usual is known no better than from so many tasks.
            done * usual_tasks / (done + usual_tasks) AS weight,
            arrayFilter(t -> 16 * log2(greatest(-t.1, 1)) >= step_at(usual_steps, 0.95) + 1, task.8) AS slowest,
            if(empty(slowest), arrayFilter(t -> 16 * log2(greatest(-t.1, 1)) >= step_at(usual_steps, 0.75) + 1, task.8), slowest) AS slow_tasks,
            task.3 / done - task.6 / usual_tasks AS growth,
            -- For each task so much more of each other span of the agent, ns.
            arraySort(p -> (-p.2, p.1), arrayMap(p -> (toString(p.1), p.3 / done - p.5 / usual_tasks, p.3 / p.2 / 1e6, if(p.4 = 0, nan, p.5 / p.4 / 1e6)), parts))[1] AS part,
            part.2 / growth AS part_share,
            growth > 0 AND part_share >= {min_part:Float64} AS is_part
        FROM judged
        WHERE task.2 > 0
    ),
    weighed AS
    (
        SELECT
            *,
            surely(above_p75 / done, weight) AS sure_p75, surely(above_p95 / done, weight) AS sure_p95,
            p50 >= {times_usual:Float64} * usual_p50 AND sure_p75 > 0.25 AS is_slow,
            p95 >= {times_usual_p95:Float64} * usual_p95 AND sure_p95 > {min_tail:Float64} AS has_tail
        FROM measured
    )
SELECT
    agent AS subject,
    [agent] AS agents,
    if(p50 >= 4 * usual_p50, 'high', '') AS severity,
    least(0.95, if(is_slow, 0.5 + 0.6 * sure_p75, 0.4 + sure_p95)) AS confidence,
    arrayMin(t -> t.2, slow_tasks) AS first_seen,
    arrayMax(t -> t.2, slow_tasks) AS last_seen,
    arrayDistinct(arrayFilter(i -> i != '', arrayMap(t -> t.4, arraySort(t -> (t.2, t.4), slow_tasks)))) AS task_ids,
    arrayDistinct(arrayFilter(i -> i != '', arrayMap(t -> t.3, arraySort(t -> (t.2, t.3), slow_tasks)))) AS trace_ids,
    CAST([], 'Array(String)') AS error_ids,
    toUInt64(greatest(length(task_ids), if(length(task_ids) = 0, 0, above_p95))) AS tasks,
    toUInt64(greatest(length(trace_ids), if(length(trace_ids) = 0, 0, above_p95))) AS traces,
    toUInt64(0) AS errors,
    CAST((['tasks', 'p50_ms', 'usual_p50_ms', 'p95_ms', 'usual_p95_ms', 'times_usual', 'slow_tasks', 'usual_tasks', 'span_ms', 'usual_span_ms', 'span_percent'],
        [toFloat64(done), p50, usual_p50, p95, usual_p95, times, toFloat64(above_p95), toFloat64(usual_tasks),
        if(is_part, part.3, nan), if(is_part, part.4, nan), if(is_part, 100 * least(1, part_share), nan)]), 'Map(String, Float64)') AS figures,
    CAST((['span', 'slow_span', 'why'], [toString(span), if(is_part, part.1, toString(span)),
        if(is_part, concat('most of the time is in its ', part.1), 'the time is in none of its other spans')]), 'Map(String, String)') AS facts
FROM
(
    SELECT
        *, if(is_slow, p50 / usual_p50, p95 / usual_p95) AS times,
        row_number() OVER (PARTITION BY agent ORDER BY is_slow DESC, p50 / usual_p50 DESC, part_of) AS place
    FROM weighed
    -- Where the agent waits for others and none of its own spans explains it, the others are to be looked at.
    WHERE (is_slow OR has_tail) AND (is_part OR NOT sends)
        -- Nor are more calls, each as fast as ever: tasks are as long as there is to do.
        AND (NOT is_part OR isNaN(part.4) OR part.3 >= {times_usual_call:Float64} * part.4 OR NOT sends AND times >= {times_more_calls:Float64})
)
WHERE place = 1 AND ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY p50 / usual_p50 DESC, subject
LIMIT {most:UInt32}
