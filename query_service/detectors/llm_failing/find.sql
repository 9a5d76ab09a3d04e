-- Calls of models that fail more often than usual, other than by a rate limit: in the whole window or in a part
-- of it.
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
        SELECT model, sum(f.ended) AS calls, sum(f.errors) AS failed
        FROM usual_spans(until = {since:DateTime64(9, 'UTC')}) AS f
        WHERE f.kind = 'llm_call'
        GROUP BY model
    ),
    calls AS MATERIALIZED
    (
        SELECT
            trace_id, span_id, model, provider, status = 'failed' AS has_failed, error_type, error_message,
            lower(concat(error_type, ' ', error_message)) AS text,
            has_failed AND match(text, 'rate.?limit|too.?many.?requests|\\b429\\b|resource.?exhausted|quota|throttl') AS is_refused,
            -- Says neither that nor anything else: its attributes may.
            has_failed AND NOT is_refused AND NOT match(text, '\\b[45]\\d\\d\\b|time|connect|auth|key|permission|content|invalid|found|server|overload|unavailable') AS is_vague,
            replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS caller, ifNull(end_time, event_time) AS ended_at
        FROM span_outlines FINAL
        WHERE bucket BETWEEN toDateTime(began - INTERVAL 35 MINUTE, 'UTC') AND now AND event_time <= now
            AND kind = 'llm_call' AND (model != '' OR provider != '') AND (isNotNull(end_time) OR status NOT IN ('running', 'waiting'))
            AND ended_at > began AND ended_at <= now
    ),
    -- Models whose vague failures are refusals, by some of them.
    refused AS
    (
        SELECT c.model AS model
        FROM (SELECT model, trace_id, span_id FROM calls WHERE is_vague ORDER BY ended_at DESC, trace_id, span_id LIMIT 3 BY model LIMIT 20) AS c
        INNER JOIN
        (
            SELECT TraceId, SpanId, SpanAttributes['http.response.status_code'] = '429' OR SpanAttributes['http.status_code'] = '429' AS is_429
            FROM otel_traces
            WHERE (TraceId, SpanId) IN (SELECT trace_id, span_id FROM calls WHERE is_vague ORDER BY ended_at DESC, trace_id, span_id LIMIT 3 BY model LIMIT 20)
        ) AS t ON t.TraceId = c.trace_id AND t.SpanId = c.span_id
        GROUP BY model
        HAVING avg(t.is_429) >= 0.5
    ),
    slots AS
    (
        SELECT
            model, provider, intDiv(dateDiff('second', began, ended_at), eighth) AS slot,
            count() AS called,
            countIf(is_bad) AS bad,
            sumMap(map(toString(caller), toUInt64(is_bad))) AS by_agent,
            sumMapIf(map(toString(error_type), toUInt64(1)), is_bad) AS by_type,
            argMaxIf(error_message, (ended_at, span_id), is_bad AND error_message != '') AS sample,
            minIf(ended_at, is_bad) AS first_at,
            maxIf(ended_at, is_bad) AS last_at,
            groupArraySortedIf(1000)((ended_at, trace_id), is_bad AND trace_id != '') AS traced,
            uniqIf(trace_id, is_bad AND trace_id != '') AS traces
        FROM
        (
            SELECT
                *,
                has_failed AND NOT is_refused AND (NOT is_vague OR model NOT IN refused) AS is_bad
            FROM calls
        )
        GROUP BY model, provider, slot
    ),
    models AS
    (
        SELECT
            toString(s.model) AS model,
            toString(s.provider) AS provider,
            sum(s.called) AS calls,
            sum(s.bad) AS failed,
            arrayZip(groupArray(toInt64(s.slot)), groupArray(s.bad), groupArray(s.called)) AS counts,
            arrayFilter(c -> c.1 >= {min_failed:Float64}, arrayPushBack(
                arrayMap(w -> (arraySum(c -> if(c.1 >= w.1 AND c.1 < w.1 + w.2, c.2, 0), counts), arraySum(c -> if(c.1 >= w.1 AND c.1 < w.1 + w.2, c.3, 0), counts)), stretches),
                (sum(s.bad), sum(s.called)))) AS parts,
            arrayMax(arrayMap(c -> surely(c.1, c.2), parts)) AS sure,
            arrayMax(arrayMap(c -> c.1 / c.2, parts)) AS worst,
            arraySort(a -> (-a.2, a.1), arrayZip(mapKeys(sumMap(s.by_agent) AS all), mapValues(all))) AS callers,
            arrayMap(a -> a.1, arrayFilter(a -> a.2 > 0 AND a.1 != '', callers)) AS hit,
            arraySort(t -> (-t.2, t.1), arrayZip(mapKeys(sumMap(s.by_type) AS types), mapValues(types)))[1].1 AS type,
            argMax(s.sample, s.last_at) AS sample,
            minIf(s.first_at, s.bad > 0) AS first_at,
            maxIf(s.last_at, s.bad > 0) AS last_at,
            arraySlice(arrayDistinct(arrayMap(t -> t.2, arraySort(groupArrayArray(s.traced)))), 1, 1000) AS ids,
            sum(s.traces) AS traces
        FROM slots AS s
        GROUP BY s.model, s.provider
        HAVING failed >= {min_failed:Float64}
    )
SELECT
    if(m.provider = '', m.model, concat(m.provider, '/', m.model)) AS subject,
    arraySlice(m.hit, 1, 20) AS agents,
    multiIf(m.failed >= 0.8 * m.calls, 'critical', m.failed < 0.2 * m.calls, 'medium', '') AS severity,
    greatest(0.3, least(0.99, 1 - greatest(usual, 0.02) * m.calls / m.failed)) * if(has_past, 1, 0.8) AS confidence,
    m.first_at AS first_seen,
    m.last_at AS last_seen,
    CAST([], 'Array(String)') AS task_ids,
    m.ids AS trace_ids,
    CAST([], 'Array(String)') AS error_ids,
    toUInt64(0) AS tasks,
    toUInt64(greatest(m.traces, length(m.ids))) AS traces,
    toUInt64(0) AS errors,
    CAST((['calls', 'failed', 'failed_percent', 'worst_percent', 'usual_percent', 'agents_failing', 'agents_calling'],
        [toFloat64(m.calls), toFloat64(m.failed), 100 * m.failed / m.calls, 100 * m.worst, if(has_past, 100 * usual, nan),
        toFloat64(length(m.hit)), toFloat64(length(m.callers))]), 'Map(String, Float64)') AS figures,
    CAST((['model', 'provider', 'error_type', 'message'], [m.model, m.provider, m.type, m.sample]), 'Map(String, String)') AS facts
FROM models AS m
LEFT JOIN past AS p ON p.model = m.model
WHERE (m.sure > greatest({min_share:Float64}, 1.25 * usual) AND m.worst > {times_usual:Float64} * usual OR m.sure > {min_share:Float64} AND m.failed > {always_share:Float64} * m.calls)
    AND ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY m.failed DESC, subject
LIMIT {most:UInt32}
