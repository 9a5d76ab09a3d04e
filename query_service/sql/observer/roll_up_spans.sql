-- Figures of five minutes touched, from the spans, as the view span_figures_computed has them; a group that is
-- there no more gets 0.
INSERT INTO span_rollups
(
    step, bucket, agent, name, kind, model, spans, ended, ended_otlp, errors, input_tokens, output_tokens, cost, priced,
    duration_ns, durations, first_seen, last_seen, settled_at
)
SELECT
    300 AS step, bucket, agent, name, kind, model,
    sum(f.spans), sum(f.ended), sum(f.ended_otlp), sum(f.errors), sum(f.input_tokens), sum(f.output_tokens), sum(f.cost), sum(f.priced),
    sum(f.duration_ns), mapFromArrays(arrayDistinct(arraySort(groupArrayArray(f.bins)) AS all) AS bin, arrayMap(b -> countEqual(all, b), bin)),
    min(f.first_seen), max(f.last_seen), max(f.settled_at)
FROM
(
    SELECT
        bucket, replaceAll(lower(splitByChar(':', agent_name)[1]), ' ', '-') AS agent, name, kind, model,
        count() AS spans,
        countIf(is_over) AS ended,
        countIf(is_over AND NOT is_record AND isNotNull(end_time)) AS ended_otlp,
        countIf(is_over AND status = 'failed') AS errors,
        sumIf(ifNull(o.input_tokens, 0), is_over) AS input_tokens,
        sumIf(ifNull(o.output_tokens, 0), is_over) AS output_tokens,
        sumIf(toDecimal128(least(greatest(ifNull(o.cost, 0), -1e12), 1e12), 12), is_over) AS cost,
        countIf(is_over AND isNotNull(o.cost)) AS priced,
        sum(toUInt64(greatest(took, 0))) AS duration_ns,
        groupArrayIf(toInt16(floor(log2(greatest(took, 1)) * 16)), took >= 0) AS bins,
        min(event_time) AS first_seen,
        max(event_time) AS last_seen,
        max(greatest(event_time, ifNull(least(end_time, toDateTime64('2100-01-01 00:00:00', 9, 'UTC')), event_time))) AS settled_at
    FROM
    (
        SELECT
            bucket, agent_name, name, kind, model, status, event_time, end_time, is_record, input_tokens, output_tokens, cost,
            isNotNull(end_time) OR status NOT IN ('running', 'waiting') AS is_over,
            ifNull(toUnixTimestamp64Nano(end_time) - toUnixTimestamp64Nano(start_time), -1) AS took
        FROM span_outlines FINAL
        WHERE bucket IN {buckets:Array(DateTime('UTC'))} OR bucket >= {bucket_from:DateTime('UTC')} AND bucket < {bucket_to:DateTime('UTC')}
    ) AS o
    GROUP BY bucket, agent_name, name, kind, model
    UNION ALL
    SELECT
        bucket, agent, name, kind, model, 0 AS spans, 0 AS ended, 0 AS ended_otlp, 0 AS errors, 0 AS input_tokens, 0 AS output_tokens,
        toDecimal128(0, 12) AS cost, 0 AS priced, 0 AS duration_ns, []::Array(Int16) AS bins,
        toDateTime64('2100-01-01 00:00:00', 9, 'UTC') AS first_seen, toDateTime64('2000-01-01 00:00:00', 9, 'UTC') AS last_seen, last_seen AS settled_at
    FROM span_rollups
    WHERE step = 300
        AND (bucket IN {buckets:Array(DateTime('UTC'))} OR bucket >= {bucket_from:DateTime('UTC')} AND bucket < {bucket_to:DateTime('UTC')})
) AS f
GROUP BY bucket, agent, name, kind, model
