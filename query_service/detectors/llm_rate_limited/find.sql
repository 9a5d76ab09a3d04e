-- Models that refuse calls for too many requests, or are at the limit that a gateway has for them.
WITH
    {since:DateTime64(9, 'UTC')} AS began,
    {at:DateTime64(9, 'UTC')} AS now,
    greatest(120, intDiv(dateDiff('second', began, now), 8)) AS eighth,
    -- Quarters, also those that begin halfway, and halves.
    arrayFlatten([arrayMap(i -> (i, 2), range(7)), arrayMap(i -> (i, 4), range(5))]) AS stretches,
    -- The share that k of n show for certain (Wilson, 3 standard deviations).
    (k, n) -> if(n = 0, 0, (k / n + 4.5 / n - 3 * sqrt(k / n * (1 - k / n) / n + 2.25 / n / n)) / (1 + 9 / n)) AS surely,
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
    -- What a gateway says: of each name the limits of its deployments together, what was used of them in each minute,
    -- and how often one was left alone for a while.
    limits AS
    (
        SELECT
            name, any(real_model) AS real, any(made_by) AS provider,
            if(countIf(tpm_max <= 0) > 0, 0, sum(tpm_max)) AS tpm, if(countIf(rpm_max <= 0) > 0, 0, sum(rpm_max)) AS rpm
        FROM
        (
            SELECT
                name, uid,
                argMax(JSONExtractString(m.attributes, 'model'), m.observed_at) AS real_model,
                argMax(JSONExtractString(m.attributes, 'provider'), m.observed_at) AS made_by,
                argMax(JSONExtractFloat(m.attributes, 'tpm_max'), m.observed_at) AS tpm_max,
                argMax(JSONExtractFloat(m.attributes, 'rpm_max'), m.observed_at) AS rpm_max
            FROM observed_things AS m
            WHERE kind = 'agent_telemetry.model' AND m.observed_at > now - INTERVAL 10 MINUTE AND m.observed_at <= now
            GROUP BY name, uid
        )
        GROUP BY name
    ),
    minutes AS
    (
        SELECT
            name, toStartOfMinute(step.1) AS minute, max(step.1) AS seen_at,
            sumIf(step.2, metric = 'agent_telemetry.model.requests') AS requests,
            sumIf(step.2, metric = 'agent_telemetry.model.tokens') AS tokens,
            sumIf(step.2, metric = 'agent_telemetry.model.cooldowns') AS cooldowns
        FROM
        (
            SELECT
                metric, name,
                arraySort(groupUniqArray((f.observed_at, f.value))) AS seen,
                arrayJoin(arrayMap(
                    (after, before) -> (after.1, if(dateDiff('second', before.1, after.1) > 150, 0, greatest(after.2 - before.2, 0))),
                    arrayPopFront(seen), arrayPopBack(seen))) AS step
            FROM observed_figures AS f
            WHERE metric IN ('agent_telemetry.model.requests', 'agent_telemetry.model.tokens', 'agent_telemetry.model.cooldowns')
                AND f.value >= 0 AND f.value <= 1e18 AND f.observed_at > began - INTERVAL 2 MINUTE AND f.observed_at <= now
            GROUP BY metric, name, uid
        )
        WHERE step.1 > began
        GROUP BY name, minute
    ),
    -- Under both names: agents tell of the one that they call, or of the one that answers.
    (SELECT groupUniqArray(10000)(toString(model)) FROM calls) AS called_names,
    (
        SELECT groupArray((key, made_by, tpm_max, rpm_max, most_used, full_minutes, left_alone, first_at, last_at))
        FROM
        (
            SELECT
                -- Agents tell of the name that they call, or of the model that answers.
                splitByChar('/', l.real)[-1] AS answering,
                if(NOT has(called_names, l.name) AND has(called_names, answering), answering, l.name) AS key,
                toString(any(l.provider)) AS made_by,
                any(l.tpm) AS tpm_max,
                any(l.rpm) AS rpm_max,
                max(greatest(if(l.tpm > 0, m.tokens / l.tpm, 0), if(l.rpm > 0, m.requests / l.rpm, 0))) AS most_used,
                countIf(l.tpm > 0 AND m.tokens >= {limit_share:Float64} * l.tpm OR l.rpm > 0 AND m.requests >= {limit_share:Float64} * l.rpm) AS full_minutes,
                sum(m.cooldowns) AS left_alone,
                min(m.seen_at) AS first_at,
                max(m.seen_at) AS last_at
            FROM limits AS l
            INNER JOIN minutes AS m ON m.name = l.name
            WHERE m.cooldowns > 0 OR l.tpm > 0 AND m.tokens >= {limit_share:Float64} * l.tpm OR l.rpm > 0 AND m.requests >= {limit_share:Float64} * l.rpm
            GROUP BY l.name, l.real
        )
    ) AS limited,
    -- Of some failures of each model that are vague or refusals: whether they are, and what Retry-After said.
    told AS
    (
        SELECT c.model AS model, c.is_vague AS is_vague, avg(t.is_429) >= 0.5 AS is_429, max(t.wait) AS wait
        FROM (SELECT model, is_vague, trace_id, span_id FROM calls WHERE is_vague OR is_refused ORDER BY ended_at DESC, trace_id, span_id LIMIT 3 BY model, is_vague LIMIT 20) AS c
        INNER JOIN
        (
            SELECT
                TraceId, SpanId, SpanAttributes['http.response.status_code'] = '429' OR SpanAttributes['http.status_code'] = '429' AS is_429,
                toFloat64OrZero(extract(SpanAttributes['http.response.header.retry-after'], '\\d{1,9}')) AS wait
            FROM otel_traces
            WHERE (TraceId, SpanId) IN
                (SELECT trace_id, span_id FROM calls WHERE is_vague OR is_refused ORDER BY ended_at DESC, trace_id, span_id LIMIT 3 BY model, is_vague LIMIT 20)
        ) AS t ON t.TraceId = c.trace_id AND t.SpanId = c.span_id
        GROUP BY model, is_vague
    ),
    slots AS
    (
        SELECT
            toString(model) AS model, intDiv(dateDiff('second', began, ended_at), eighth) AS slot,
            toString(anyIf(provider, provider != '')) AS made_by,
            count() AS called,
            countIf(has_failed AND NOT is_bad) AS other,
            maxIf(retry_after, is_bad) AS retry_after,
            sumMap(map(toString(caller), toUInt64(1))) AS calling,
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
                c.*,
                c.is_refused OR c.is_vague AND t.is_429 AS is_bad,
                extractGroups(lower(c.error_message), '(?:retry.after|try again in|retry in)\\D{0,5}(\\d{1,6}(?:\\.\\d{1,3})?) ?(ms\\b|m\\b|)') AS said,
                greatest(if(is_bad, t.wait, 0), toFloat64OrZero(said[1]) * multiIf(said[2] = 'ms', 0.001, said[2] = 'm', 60, 1)) AS retry_after
            FROM calls AS c
            LEFT JOIN told AS t ON t.model = c.model AND t.is_vague = c.is_vague
        )
        GROUP BY model, slot
        UNION ALL
        SELECT
            l.1, 0, l.2, 0, 0, 0, CAST(map(), 'Map(String, UInt64)'), 0, CAST(map(), 'Map(String, UInt64)'), CAST(map(), 'Map(String, UInt64)'),
            '', now, now, CAST([], 'Array(Tuple(DateTime64(9, \'UTC\'), String))'), 0
        FROM (SELECT arrayJoin(limited) AS l)
    ),
    models AS
    (
        SELECT
            s.model AS model,
            max(s.made_by) AS provider,
            sum(s.called) AS calls,
            sum(s.bad) AS refused,
            sum(s.other) AS other,
            max(s.retry_after) AS retry_after,
            arrayZip(groupArray(toInt64(s.slot)), groupArray(s.bad), groupArray(s.called)) AS counts,
            arrayFilter(c -> c.1 >= {min_refused:Float64}, arrayPushBack(
                arrayMap(w -> (arraySum(c -> if(c.1 >= w.1 AND c.1 < w.1 + w.2, c.2, 0), counts), arraySum(c -> if(c.1 >= w.1 AND c.1 < w.1 + w.2, c.3, 0), counts)), stretches),
                (sum(s.bad), sum(s.called)))) AS parts,
            arrayMax(arrayMap(c -> surely(c.1, c.2), parts)) AS sure,
            arrayMax(arrayMap(c -> c.1 / c.2, parts)) AS worst,
            arraySort(a -> (-a.2, a.1), arrayZip(mapKeys(sumMap(s.calling) AS all), mapValues(all))) AS callers,
            arraySort(a -> (-a.2, a.1), arrayZip(mapKeys(sumMap(s.by_agent) AS of_bad), mapValues(of_bad))) AS hit,
            arraySort(t -> (-t.2, t.1), arrayZip(mapKeys(sumMap(s.by_type) AS types), mapValues(types)))[1].1 AS type,
            argMax(s.sample, s.last_at) AS sample,
            minIf(s.first_at, s.bad > 0) AS first_at,
            maxIf(s.last_at, s.bad > 0) AS last_at,
            arraySlice(arrayDistinct(arrayMap(t -> t.2, arraySort(groupArrayArray(s.traced)))), 1, 1000) AS ids,
            sum(s.traces) AS traces
        FROM slots AS s
        GROUP BY s.model
    ),
    found AS
    (
        SELECT
            m.*,
            arrayFirst(l -> l.1 = m.model, limited) AS gateway,
            gateway.1 != '' AS is_limited,
            p.calls >= 20 AS has_past,
            if(has_past, p.failed / p.calls, 0) AS usual,
            m.refused >= {min_refused:Float64} AND (m.sure > greatest({min_share:Float64}, 1.25 * usual) AND m.worst > 2 * usual
                OR m.sure > {min_share:Float64} AND m.refused > {always_share:Float64} * m.calls) AS is_refusing,
            gateway.6 AS full_minutes,
            gateway.7 AS cooldowns,
            full_minutes > 0 OR cooldowns >= {min_cooldowns:Float64} AND m.other = 0 AS is_full,
            if(is_refusing, arrayFilter(a -> a.2 > 0, m.hit), m.callers) AS concerned
        FROM models AS m
        LEFT JOIN past AS p ON p.model = m.model
        WHERE is_refusing OR is_full
    )
SELECT
    model AS subject,
    arraySlice(arrayFilter(a -> a != '', arrayMap(a -> a.1, concerned)), 1, 20) AS agents,
    multiIf(NOT is_refusing, if(full_minutes > 2, 'medium', 'low'), refused >= 0.8 * calls, 'critical', refused < 0.2 * calls, 'medium', '') AS severity,
    if(is_refusing, greatest(0.3, least(0.99, 1 - greatest(usual, 0.02) * calls / refused)) * if(has_past, 1, 0.8), least(0.9, 0.5 + 0.1 * full_minutes + 0.1 * cooldowns)) AS confidence,
    if(is_refusing, first_at, gateway.8) AS first_seen,
    if(is_refusing, last_at, gateway.9) AS last_seen,
    CAST([], 'Array(String)') AS task_ids,
    ids AS trace_ids,
    CAST([], 'Array(String)') AS error_ids,
    toUInt64(0) AS tasks,
    toUInt64(greatest(traces, length(ids))) AS traces,
    toUInt64(0) AS errors,
    CAST((['calls', 'refused', 'refused_percent', 'worst_percent', 'agents_hit', 'retry_after_seconds', 'most_used_percent', 'full_minutes', 'cooldowns', 'tpm_max', 'rpm_max'],
        [toFloat64(calls), toFloat64(refused), if(calls > 0, 100 * refused / calls, 0), if(is_refusing, 100 * worst, nan), toFloat64(length(concerned)),
        if(retry_after > 0, retry_after, nan), if(is_limited, 100 * gateway.5, nan), if(is_limited, toFloat64(full_minutes), nan), if(is_limited, toFloat64(cooldowns), nan),
        if(gateway.3 > 0, gateway.3, nan), if(gateway.4 > 0, gateway.4, nan)]), 'Map(String, Float64)') AS figures,
    CAST((['model', 'provider', 'error_type', 'message', 'why'], [model, if(provider = '', gateway.2, provider), type, sample,
        multiIf(is_refusing, concat(toString(refused), ' of ', toString(calls), ' calls are refused'), full_minutes > 0,
            concat(toString(full_minutes), ' minutes at ', toString(round(100 * gateway.5)), ' % of what the gateway allows'),
            concat('the gateway left it alone ', toString(cooldowns), ' times'))]), 'Map(String, String)') AS facts
FROM found
WHERE ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY is_refusing DESC, refused DESC, subject
LIMIT {most:UInt32}
