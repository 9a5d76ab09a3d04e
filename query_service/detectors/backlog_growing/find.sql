-- Queues whose tasks without an answer grow more and more: arrivals outrun completions.
WITH
    {at:DateTime64(9, 'UTC')} AS now,
    {since:DateTime64(9, 'UTC')} AS begin,
    -- The window in twelve slices.
    greatest(1, dateDiff('millisecond', begin, now) / 12) AS slice_ms,
    waiting AS MATERIALIZED
    (
        SELECT toString(agent) AS agent, toString(source) AS source, message_id, trace_id, event_time, expires_at
        FROM waiting_tasks(at = {at:DateTime64(9, 'UTC')})
        ORDER BY event_time, message_id
    ),
    -- In which slice each task came (0: before the window), and in which it was answered (13: it was not).
    moved AS
    (
        SELECT
            toString(agent) AS agent, greatest(0, dateDiff('millisecond', event_time, answered_at)) / 1000 AS took,
            if(event_time < begin, 0, least(12, 1 + toInt64(dateDiff('millisecond', begin, event_time) / slice_ms))) AS came,
            least(12, 1 + toInt64(dateDiff('millisecond', begin, answered_at) / slice_ms)) AS gone
        FROM answered_tasks FINAL
        WHERE answered_at BETWEEN begin AND now AND event_time <= now
        UNION ALL
        SELECT agent, nan, if(event_time < begin, 0, least(12, 1 + toInt64(dateDiff('millisecond', begin, event_time) / slice_ms))), 13
        FROM waiting
    ),
    levels AS
    (
        SELECT
            agent,
            sumForEach(arrayMap(i -> toInt64(came = i), range(0, 13))) AS arrived,
            sumForEach(arrayMap(i -> toInt64(gone = i), range(0, 13))) AS answered,
            arrayCumSum(arrayMap((a, b) -> a - b, arrived, answered)) AS pending
        FROM moved
        GROUP BY agent
        HAVING pending[13] >= {min_growth:Float64}
    ),
    -- The longest run of slices up to now in which the backlog grew nearly always.
    growing AS MATERIALIZED
    (
        SELECT
            *,
            arrayFilter(s -> (12 - s) * slice_ms >= 60000 * {min_minutes:Float64}
                AND pending[13] - pending[s + 1] >= greatest({min_growth:Float64}, {min_share:Float64} * arraySum(arraySlice(arrived, s + 2)))
                AND arrayCount(i -> pending[i + 1] > pending[i], range(s + 1, 13)) >= {min_rising:Float64} * (12 - s),
                range(0, 10)) AS starts,
            starts[1] AS start,
            (12 - start) * slice_ms / 60000 AS minutes
        FROM levels
        WHERE notEmpty(starts) AND pending[13] >= 0.9 * arrayMax(pending)
    ),
    -- What was usual before the window.
    usual AS
    (
        SELECT toString(agent) AS agent, count() AS samples, quantileTDigest(0.95)(greatest(0, dateDiff('millisecond', event_time, answered_at)) / 1000) AS p95
        FROM answered_tasks FINAL
        WHERE toStartOfFiveMinutes(event_time) BETWEEN begin - INTERVAL 1 DAY AND begin AND answered_at < begin AND outcome != 'superseded'
        GROUP BY agent
    ),
    tasks_of AS
    (
        SELECT
            agent,
            arraySort(groupUniqArray(19)(source)) AS sources,
            min(event_time) AS oldest,
            arraySlice(groupArray(message_id), 1, 1000) AS ids,
            arraySlice(arrayDistinct(groupArrayIf(trace_id, trace_id != '')), 1, 1000) AS trace_ids,
            uniqIf(trace_id, trace_id != '') AS traces,
            quantileExact(0.5)(dateDiff('millisecond', event_time, now)) / 1000 AS half_waited,
            minIf(expires_at, expires_at > now) AS expires,
            countIf(expires_at > now) AS expiring
        FROM waiting
        WHERE agent IN (SELECT agent FROM growing)
        GROUP BY agent
    )
SELECT subject, agents, severity, confidence, first_seen, last_seen, task_ids, trace_ids, error_ids, tasks, traces, errors, figures, facts
FROM
(
    SELECT
        g.agent AS subject,
        arrayConcat([g.agent], arrayFilter(one -> one NOT IN ('', g.agent), t.sources)) AS agents,
        if(g.pending[13] >= {many:Float64}, 'high', '') AS severity,
        round(least(0.95, 0.5 + (g.pending[13] - g.pending[g.start + 1]) / 100 + if(u.samples >= {min_samples:Float64}, 0.15, 0)), 2) AS confidence,
        now - toIntervalMillisecond(toInt64(60000 * g.minutes)) AS first_seen,
        now AS last_seen,
        t.ids AS task_ids,
        t.trace_ids AS trace_ids,
        CAST([], 'Array(String)') AS error_ids,
        toUInt64(g.pending[13]) AS tasks,
        toUInt64(t.traces) AS traces,
        toUInt64(0) AS errors,
        CAST((
            ['backlog', 'backlog_before', 'growing_minutes', 'arrivals_per_minute', 'completions_per_minute', 'oldest_waiting_seconds', 'half_waiting_seconds', 'usual_p95_seconds', 'drain_seconds', 'next_expiry_seconds'],
            [toFloat64(g.pending[13]), toFloat64(g.pending[g.start + 1]), g.minutes, arraySum(arraySlice(g.arrived, g.start + 2)) / g.minutes, done / g.minutes,
                dateDiff('millisecond', t.oldest, now) / 1000, t.half_waited, if(u.samples >= {min_samples:Float64}, u.p95, nan),
                if(done > 0, g.pending[13] / done * g.minutes * 60, nan), if(t.expiring > 0, dateDiff('millisecond', now, assumeNotNull(t.expires)) / 1000, nan)]), 'Map(String, Float64)') AS figures,
        CAST((['topic'], [concat('agent-queue-', g.agent)]), 'Map(String, String)') AS facts,
        arraySum(arraySlice(g.answered, g.start + 2)) AS done
    FROM growing AS g
    INNER JOIN tasks_of AS t ON t.agent = g.agent
    LEFT JOIN usual AS u ON u.agent = g.agent
    -- More work at once is no backlog while it is done as fast as ever.
    WHERE u.samples < {min_samples:Float64} OR t.half_waited > u.p95
)
WHERE ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY tasks DESC, subject
LIMIT {most:UInt32}
