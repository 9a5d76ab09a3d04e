-- Calls of tools that fail more often than the same tool of the same agent usually does: in the whole window or in a
-- part of it.
WITH
    {since:DateTime64(9, 'UTC')} AS began,
    {at:DateTime64(9, 'UTC')} AS now,
    greatest(120, intDiv(dateDiff('second', began, now), 8)) AS eighth,
    -- Quarters, also those that begin halfway, and halves.
    arrayFlatten([arrayMap(i -> (i, 2), range(7)), arrayMap(i -> (i, 4), range(5))]) AS stretches,
    -- The share that k of n show for certain (Wilson, 3 standard deviations).
    (k, n) -> if(n = 0, 0, (k / n + 4.5 / n - 3 * sqrt(k / n * (1 - k / n) / n + 2.25 / n / n)) / (1 + 9 / n)) AS surely,
    p.calls >= 20 AS has_past,
    if(has_past, p.failed / p.calls, 0) AS usual,
    -- Of the seven days before.
    past AS
    (
        SELECT agent, name, sum(f.ended) AS calls, sum(f.errors) AS failed
        FROM usual_spans(until = {since:DateTime64(9, 'UTC')}) AS f
        WHERE f.kind = 'tool'
        GROUP BY agent, name
    ),
    calls AS
    (
        SELECT
            trace_id, span_id, name, tool_name, status = 'failed' AS is_bad, error_type, error_message,
            replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS caller, ifNull(end_time, event_time) AS ended_at
        FROM span_outlines FINAL
        WHERE bucket BETWEEN toDateTime(began - INTERVAL 35 MINUTE, 'UTC') AND now AND event_time <= now
            AND kind = 'tool' AND (isNotNull(end_time) OR status NOT IN ('running', 'waiting'))
            AND ended_at > began AND ended_at <= now
    ),
    slots AS
    (
        SELECT
            caller, name, intDiv(dateDiff('second', began, ended_at), eighth) AS slot,
            anyIf(tool_name, tool_name != '') AS tool,
            count() AS called,
            countIf(is_bad) AS bad,
            sumMapIf(map(toString(error_type), toUInt64(1)), is_bad) AS by_type,
            argMaxIf(error_message, (ended_at, span_id), is_bad AND error_message != '') AS sample,
            minIf(ended_at, is_bad) AS first_at,
            maxIf(ended_at, is_bad) AS last_at,
            groupArraySortedIf(1000)((ended_at, trace_id), is_bad AND trace_id != '') AS traced,
            uniqIf(trace_id, is_bad AND trace_id != '') AS traces
        FROM calls
        GROUP BY caller, name, slot
    ),
    tools AS
    (
        SELECT
            toString(s.caller) AS owner,
            toString(s.name) AS name,
            if(max(s.tool) = '', name, toString(max(s.tool))) AS tool,
            sum(s.called) AS calls,
            sum(s.bad) AS failed,
            arrayZip(groupArray(toInt64(s.slot)), groupArray(s.bad), groupArray(s.called)) AS counts,
            arrayFilter(c -> c.1 >= {min_failed:Float64}, arrayPushBack(
                arrayMap(w -> (arraySum(c -> if(c.1 >= w.1 AND c.1 < w.1 + w.2, c.2, 0), counts), arraySum(c -> if(c.1 >= w.1 AND c.1 < w.1 + w.2, c.3, 0), counts)), stretches),
                (sum(s.bad), sum(s.called)))) AS parts,
            arrayMax(arrayMap(c -> surely(c.1, c.2), parts)) AS sure,
            arrayMax(arrayMap(c -> c.1 / c.2, parts)) AS worst,
            arraySort(t -> (-t.2, t.1), arrayZip(mapKeys(sumMap(s.by_type) AS types), mapValues(types)))[1].1 AS type,
            argMax(s.sample, s.last_at) AS sample,
            minIf(s.first_at, s.bad > 0) AS first_at,
            maxIf(s.last_at, s.bad > 0) AS last_at,
            arraySlice(arrayDistinct(arrayMap(t -> t.2, arraySort(groupArrayArray(s.traced)))), 1, 1000) AS ids,
            sum(s.traces) AS traces
        FROM slots AS s
        GROUP BY s.caller, s.name
        HAVING failed >= {min_failed:Float64}
    )
SELECT
    concat(m.owner, ' ', m.name) AS subject,
    if(m.owner = '', [], [m.owner]) AS agents,
    if(m.failed >= 0.8 * m.calls, 'high', '') AS severity,
    greatest(0.3, least(0.99, 1 - greatest(usual, 0.02) * m.calls / m.failed)) * if(has_past, 1, 0.8) AS confidence,
    m.first_at AS first_seen,
    m.last_at AS last_seen,
    CAST([], 'Array(String)') AS task_ids,
    m.ids AS trace_ids,
    CAST([], 'Array(String)') AS error_ids,
    toUInt64(0) AS tasks,
    toUInt64(greatest(m.traces, length(m.ids))) AS traces,
    toUInt64(0) AS errors,
    CAST((['calls', 'failed', 'failed_percent', 'worst_percent', 'usual_percent'],
        [toFloat64(m.calls), toFloat64(m.failed), 100 * m.failed / m.calls, 100 * m.worst, if(has_past, 100 * usual, nan)]), 'Map(String, Float64)') AS figures,
    CAST((['tool', 'error_type', 'message'], [m.tool, m.type, m.sample]), 'Map(String, String)') AS facts
FROM tools AS m
LEFT JOIN past AS p ON p.agent = m.owner AND p.name = m.name
WHERE (m.sure > greatest({min_share:Float64}, 1.25 * usual) AND m.worst > {times_usual:Float64} * usual OR m.sure > {min_share:Float64} AND m.failed > {always_share:Float64} * m.calls)
    AND ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY m.failed DESC, subject
LIMIT {most:UInt32}
