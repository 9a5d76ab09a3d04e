-- Agents whose calls of models take far more tokens than in the seven days before, and single traces in which one of
-- them takes many times what a task usually takes.
WITH
    {since:DateTime64(9, 'UTC')} AS began,
    {at:DateTime64(9, 'UTC')} AS now,
    greatest(300, intDiv(dateDiff('second', began, now), 4)) AS quarter,
    -- Of the seven days before.
    usual AS
    (
        SELECT
            agent,
            sumIf(f.ended, kind = 'llm_call') AS calls,
            sumIf(least(f.input_tokens, 1000000000000) + least(f.output_tokens, 1000000000000), kind = 'llm_call') AS tokens,
            arrayMax(mapValues(sumMapIf(map(toString(name), f.ended), kind = 'agent'))) AS tasks
        FROM usual_spans(until = {since:DateTime64(9, 'UTC')}) AS f
        WHERE f.kind IN ('llm_call', 'agent')
        GROUP BY agent
        HAVING calls >= {min_past:Float64}
    ),
    calls AS
    (
        SELECT
            replaceAll(lower(splitByChar(':', toString(agent_name))[1]), ' ', '-') AS owner, trace_id, toString(model) AS model,
            ifNull(end_time, event_time) AS ended_at, intDiv(dateDiff('second', began, ended_at), quarter) AS slot,
            least(ifNull(input_tokens, 0), 1000000000000) AS tokens_in, least(ifNull(output_tokens, 0), 1000000000000) AS tokens_out,
            tokens_in + tokens_out AS tokens, if(isFinite(ifNull(cost, 0)), ifNull(cost, 0), 0) AS price
        FROM span_outlines FINAL
        WHERE bucket BETWEEN toDateTime(began - INTERVAL 35 MINUTE, 'UTC') AND now AND event_time <= now
            AND kind = 'llm_call' AND agent_name != '' AND (isNotNull(end_time) OR status NOT IN ('running', 'waiting'))
            AND ended_at > began AND ended_at <= now
    ),
    -- Together in a quarter of the window, and in a trace.
    grouped AS
    (
        SELECT
            owner, grouping(trace_id) = 0 AS is_trace, trace_id AS trace, slot,
            count() AS made, sum(tokens) AS burnt, sum(tokens_in) AS burnt_in, sum(price) AS paid,
            quantileTDigest(0.5)(tokens) AS middle, toString(argMax(model, tokens)) AS of_model,
            min(ended_at) AS first_at, max(ended_at) AS last_at
        FROM calls
        GROUP BY GROUPING SETS ((owner, slot), (owner, trace_id))
    ),
    agents_now AS
    (
        SELECT
            owner,
            sumIf(g.made, NOT is_trace) AS made,
            sumIf(g.burnt, NOT is_trace) AS burnt,
            sumIf(g.burnt_in, NOT is_trace) AS burnt_in,
            sumIf(g.paid, NOT is_trace) AS paid,
            -- The middle of the calls of a quarter of the window.
            maxIf(middle, NOT is_trace AND g.made >= {min_calls:Float64}) AS a_call,
            argMax(g.of_model, g.burnt) AS of_model,
            quantileTDigestIf(0.5)(g.burnt, is_trace) AS a_trace,
            groupArraySortedIf(1000)((-toInt64(g.burnt), trace, g.made, first_at, last_at), is_trace AND trace != '') AS by_trace
        FROM grouped AS g
        GROUP BY owner
    ),
    judged AS
    (
        SELECT
            n.*,
            u.tokens / u.calls AS usual_call,
            -- Agents without spans of tasks: by their calls.
            greatest(usual_call, u.tokens / greatest(u.tasks, 1) * (u.tasks > 0)) AS usual_task,
            n.a_call >= {times_usual:Float64} * usual_call AND n.burnt - n.made * usual_call >= {min_tokens:Float64} AS has_grown,
            arrayFilter(t -> -t.1 >= {times_task:Float64} * greatest(usual_task, n.a_trace) AND -t.1 - usual_task >= {min_tokens:Float64}, n.by_trace) AS runaways,
            if(has_grown, n.by_trace, runaways) AS shown
        FROM agents_now AS n
        INNER JOIN usual AS u ON u.agent = n.owner
        WHERE usual_call > 0
    )
SELECT
    owner AS subject,
    [owner] AS agents,
    if(burnt >= 10 * made * usual_call OR length(runaways) > 0, 'high', '') AS severity,
    least(0.95, 0.6 + 0.05 * if(has_grown, a_call / usual_call, -shown[1].1 / greatest(usual_task, 1) / 3)) AS confidence,
    arrayMin(t -> t.4, shown) AS first_seen,
    arrayMax(t -> t.5, shown) AS last_seen,
    CAST([], 'Array(String)') AS task_ids,
    arrayMap(t -> t.2, arraySort(t -> (t.4, t.2), shown)) AS trace_ids,
    CAST([], 'Array(String)') AS error_ids,
    toUInt64(0) AS tasks,
    toUInt64(length(shown)) AS traces,
    toUInt64(0) AS errors,
    CAST((['calls', 'tokens', 'tokens_in', 'tokens_usual', 'tokens_a_call', 'usual_tokens_a_call', 'most_tokens_of_a_trace', 'calls_in_it', 'usual_tokens_of_a_task', 'times_usual', 'cost_usd'],
        [toFloat64(made), toFloat64(burnt), toFloat64(burnt_in), made * usual_call, a_call, usual_call,
        toFloat64(-by_trace[1].1), toFloat64(by_trace[1].3), usual_task,
        if(has_grown, a_call / usual_call, -by_trace[1].1 / greatest(usual_task, 1)), if(paid > 0, paid, nan)]), 'Map(String, Float64)') AS figures,
    CAST((['model', 'trace', 'why'], [of_model, by_trace[1].2,
        if(has_grown, 'most of its calls take more', concat(toString(by_trace[1].3), ' calls in one trace'))]), 'Map(String, String)') AS facts
FROM judged
WHERE (has_grown OR notEmpty(runaways))
    AND ({agent:String} = '' OR has(agents, {agent:String}))
ORDER BY burnt DESC, subject
LIMIT {most:UInt32}
