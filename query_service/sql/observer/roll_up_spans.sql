-- Figures of five minutes touched, from the spans; a group that is there no more gets 0.
INSERT INTO span_rollups
(
    step, bucket, agent, name, kind, model, spans, ended, ended_otlp, errors, input_tokens, output_tokens, cost, priced,
    duration_ns, durations, first_seen, last_seen, settled_at
)
WITH touched AS
(
    SELECT bucket
    FROM span_buckets_touched(touched_from = '1970-01-01 00:00:00', touched_to = {touched_to:DateTime64(6, 'UTC')})
    UNION DISTINCT
    SELECT bucket
    FROM span_outlines
    WHERE bucket >= {bucket_from:DateTime('UTC')} AND bucket < {bucket_to:DateTime('UTC')}
)
SELECT
    300 AS step, bucket, agent, name, kind, model,
    sum(f.spans), sum(f.ended), sum(f.ended_otlp), sum(f.errors), sum(f.input_tokens), sum(f.output_tokens), sum(f.cost), sum(f.priced),
    sum(f.duration_ns), sumMap(f.durations), min(f.first_seen), max(f.last_seen), max(f.settled_at)
FROM
(
    SELECT *
    FROM span_figures_computed(at = '2100-01-01 00:00:00', since = '2000-01-01 00:00:00', until = '2100-01-02 00:00:00')
    WHERE bucket IN (SELECT bucket FROM touched)
    UNION ALL
    SELECT
        bucket, agent, name, kind, model, 0 AS spans, 0 AS ended, 0 AS ended_otlp, 0 AS errors, 0 AS input_tokens, 0 AS output_tokens,
        toDecimal128(0, 12) AS cost, 0 AS priced, 0 AS duration_ns, map()::Map(Int16, UInt64) AS durations,
        toDateTime64('2100-01-01 00:00:00', 9, 'UTC') AS first_seen, toDateTime64('2000-01-01 00:00:00', 9, 'UTC') AS last_seen, last_seen AS settled_at
    FROM span_rollups
    WHERE step = 300 AND bucket IN (SELECT bucket FROM touched)
) AS f
GROUP BY bucket, agent, name, kind, model
