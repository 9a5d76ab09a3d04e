-- What oracle/model_calls tells, at each of some points of time (Unix ns), of models that were called within the
-- five minutes before.
WITH
    toDateTime64({since:DateTime64(9, 'UTC')}, 9, 'UTC') AS since, toDateTime64({until:DateTime64(9, 'UTC')}, 9, 'UTC') AS until,
    300000000000 AS lately, 60000000000 AS minute,
    calls AS
    (
        SELECT
            trace_id, span_id, parent_span_id, model, provider,
            least(ifNull(input_tokens, 0), 1000000000000) + least(ifNull(output_tokens, 0), 1000000000000) AS in_and_out,
            status = 'failed' AS failed, ifNull(end_time, event_time) AS ended_at
        FROM span_outlines FINAL
        WHERE bucket > since - INTERVAL 1 HOUR AND bucket <= until
            AND kind = 'llm_call' AND model != '' AND (isNotNull(end_time) OR status NOT IN ('running', 'waiting'))
            AND ended_at > since AND ended_at <= until
    )
SELECT
    point,
    model,
    provider,
    toInt64(countIf(age < minute)) AS rpm,
    toInt64(sumIf(in_and_out, age < minute)) AS tpm,
    toInt64(count()) AS requests,
    toInt64(sum(in_and_out)) AS tokens,
    toInt64(countIf(failed)) AS failures,
    max(ended_at) AS last_call
FROM
(
    SELECT
        model, provider, in_and_out, failed, ended_at,
        toUnixTimestamp64Nano(ended_at) - {first:Int64} AS after,
        greatest(0, intDiv(after + {step:Int64} - 1, {step:Int64})) AS next,
        arrayJoin(range(toUInt32(next), toUInt32(least({count:UInt32}, greatest(next, intDiv(after + lately - 1, {step:Int64}) + 1))))) AS point,
        {step:Int64} * point - after AS age
    FROM calls
    WHERE (trace_id, parent_span_id) NOT IN (SELECT trace_id, span_id FROM calls)
)
GROUP BY point, model, provider
ORDER BY point, rpm DESC, requests DESC, last_call DESC, model, provider
LIMIT {most:UInt32} BY point
