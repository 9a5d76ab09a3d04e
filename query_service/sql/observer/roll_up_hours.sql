-- Figures of the hours touched, from those of their five minutes.
INSERT INTO span_rollups
(
    step, bucket, agent, name, kind, model, spans, ended, ended_otlp, errors, input_tokens, output_tokens, cost, priced,
    duration_ns, durations, first_seen, last_seen, settled_at
)
SELECT
    3600 AS step, toStartOfHour(f.bucket) AS hour, agent, name, kind, model,
    sum(f.spans), sum(f.ended), sum(f.ended_otlp), sum(f.errors), sum(f.input_tokens), sum(f.output_tokens), sum(f.cost), sum(f.priced),
    sum(f.duration_ns), sumMap(f.durations), min(f.first_seen), max(f.last_seen), max(f.settled_at)
FROM span_rollups AS f FINAL
WHERE f.step = 300
    AND (toStartOfHour(f.bucket) IN {hours:Array(DateTime('UTC'))} OR f.bucket >= {bucket_from:DateTime('UTC')} AND f.bucket < {bucket_to:DateTime('UTC')})
GROUP BY hour, agent, name, kind, model
